-- The indexes of schema.sql again, for tables of an interrupted upstream upgrade: upstream creates
-- the tables first and then adds the indexes one by one.
CREATE INDEX IF NOT EXISTS resource_providers_parent_provider_id_idx ON resource_providers (parent_provider_id);
CREATE INDEX IF NOT EXISTS resource_providers_root_provider_id_idx ON resource_providers (root_provider_id);
CREATE INDEX IF NOT EXISTS resource_provider_aggregates_aggregate_id_idx ON resource_provider_aggregates (aggregate_id);
CREATE INDEX IF NOT EXISTS resource_provider_traits_resource_provider_trait_idx ON resource_provider_traits (resource_provider_id, trait_id);
CREATE INDEX IF NOT EXISTS inventories_resource_class_id_idx ON inventories (resource_class_id);
CREATE INDEX IF NOT EXISTS consumers_project_id_user_id_uuid_idx ON consumers (project_id, user_id, uuid);
CREATE INDEX IF NOT EXISTS consumers_project_id_uuid_idx ON consumers (project_id, uuid);
CREATE INDEX IF NOT EXISTS allocations_resource_provider_class_used_idx ON allocations (resource_provider_id, resource_class_id, used);
CREATE INDEX IF NOT EXISTS allocations_resource_class_id_idx ON allocations (resource_class_id);
CREATE INDEX IF NOT EXISTS allocations_consumer_id_idx ON allocations (consumer_id);
