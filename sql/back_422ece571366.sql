-- Back from a082b8bb98d0: creates the redundant indexes again, which upstream's own step to
-- a082b8bb98d0 expects to find.
CREATE INDEX IF NOT EXISTS inventories_resource_provider_id_idx ON inventories (resource_provider_id);
CREATE INDEX IF NOT EXISTS inventories_resource_provider_resource_class_idx
    ON inventories (resource_provider_id, resource_class_id);
CREATE INDEX IF NOT EXISTS ix_placement_aggregates_uuid ON placement_aggregates (uuid);
CREATE INDEX IF NOT EXISTS resource_providers_name_idx ON resource_providers (name);
CREATE INDEX IF NOT EXISTS resource_providers_uuid_idx ON resource_providers (uuid);
