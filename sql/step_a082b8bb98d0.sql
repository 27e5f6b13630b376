-- Step from 422ece571366: drops indexes that a unique index makes redundant.
ALTER TABLE inventories DROP INDEX IF EXISTS inventories_resource_provider_id_idx;
ALTER TABLE inventories DROP INDEX IF EXISTS inventories_resource_provider_resource_class_idx;
ALTER TABLE placement_aggregates DROP INDEX IF EXISTS ix_placement_aggregates_uuid;
ALTER TABLE resource_providers DROP INDEX IF EXISTS resource_providers_name_idx;
ALTER TABLE resource_providers DROP INDEX IF EXISTS resource_providers_uuid_idx;
