-- The schema of upstream Placement at alembic revision a082b8bb98d0, for an empty database.
-- Character set and collation are the database's, as in upstream. berth-manage records the revision
-- after all tables exist.

CREATE TABLE IF NOT EXISTS alembic_version (
    version_num VARCHAR(32) NOT NULL,
    PRIMARY KEY (version_num)
);

CREATE TABLE IF NOT EXISTS traits (
    created_at DATETIME,
    updated_at DATETIME,
    id INTEGER NOT NULL AUTO_INCREMENT,
    name VARCHAR(255) NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT uniq_traits0name UNIQUE (name)
);

CREATE TABLE IF NOT EXISTS resource_classes (
    created_at DATETIME,
    updated_at DATETIME,
    id INTEGER NOT NULL AUTO_INCREMENT,
    name VARCHAR(255) NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT uniq_resource_classes0name UNIQUE (name)
);

CREATE TABLE IF NOT EXISTS consumer_types (
    created_at DATETIME,
    updated_at DATETIME,
    id INTEGER NOT NULL AUTO_INCREMENT,
    name VARCHAR(255) NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT uniq_consumer_types0name UNIQUE (name)
);

CREATE TABLE IF NOT EXISTS projects (
    created_at DATETIME,
    updated_at DATETIME,
    id INTEGER NOT NULL AUTO_INCREMENT,
    external_id VARCHAR(255) NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT uniq_projects0external_id UNIQUE (external_id)
);

CREATE TABLE IF NOT EXISTS users (
    created_at DATETIME,
    updated_at DATETIME,
    id INTEGER NOT NULL AUTO_INCREMENT,
    external_id VARCHAR(255) NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT uniq_users0external_id UNIQUE (external_id)
);

CREATE TABLE IF NOT EXISTS placement_aggregates (
    created_at DATETIME,
    updated_at DATETIME,
    id INTEGER NOT NULL AUTO_INCREMENT,
    uuid VARCHAR(36) DEFAULT NULL,
    PRIMARY KEY (id),
    CONSTRAINT uniq_placement_aggregates0uuid UNIQUE (uuid)
);

CREATE TABLE IF NOT EXISTS resource_providers (
    created_at DATETIME,
    updated_at DATETIME,
    id INTEGER NOT NULL AUTO_INCREMENT,
    uuid VARCHAR(36) NOT NULL,
    name VARCHAR(200) DEFAULT NULL,
    generation INTEGER,
    root_provider_id INTEGER,
    parent_provider_id INTEGER,
    PRIMARY KEY (id),
    CONSTRAINT uniq_resource_providers0uuid UNIQUE (uuid),
    CONSTRAINT uniq_resource_providers0name UNIQUE (name),
    INDEX resource_providers_parent_provider_id_idx (parent_provider_id),
    INDEX resource_providers_root_provider_id_idx (root_provider_id),
    CONSTRAINT resource_providers_ibfk_1 FOREIGN KEY (parent_provider_id) REFERENCES resource_providers (id),
    CONSTRAINT resource_providers_ibfk_2 FOREIGN KEY (root_provider_id) REFERENCES resource_providers (id)
);

CREATE TABLE IF NOT EXISTS resource_provider_aggregates (
    created_at DATETIME,
    updated_at DATETIME,
    resource_provider_id INTEGER NOT NULL,
    aggregate_id INTEGER NOT NULL,
    PRIMARY KEY (resource_provider_id, aggregate_id),
    INDEX resource_provider_aggregates_aggregate_id_idx (aggregate_id)
);

CREATE TABLE IF NOT EXISTS resource_provider_traits (
    created_at DATETIME,
    updated_at DATETIME,
    trait_id INTEGER NOT NULL,
    resource_provider_id INTEGER NOT NULL,
    PRIMARY KEY (trait_id, resource_provider_id),
    INDEX resource_provider_traits_resource_provider_trait_idx (resource_provider_id, trait_id),
    CONSTRAINT resource_provider_traits_ibfk_1 FOREIGN KEY (resource_provider_id) REFERENCES resource_providers (id),
    CONSTRAINT resource_provider_traits_ibfk_2 FOREIGN KEY (trait_id) REFERENCES traits (id)
);

CREATE TABLE IF NOT EXISTS inventories (
    created_at DATETIME,
    updated_at DATETIME,
    id INTEGER NOT NULL AUTO_INCREMENT,
    resource_provider_id INTEGER NOT NULL,
    resource_class_id INTEGER NOT NULL,
    total INTEGER NOT NULL,
    reserved INTEGER NOT NULL,
    min_unit INTEGER NOT NULL,
    max_unit INTEGER NOT NULL,
    step_size INTEGER NOT NULL,
    allocation_ratio FLOAT NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT uniq_inventories0resource_provider_resource_class UNIQUE (resource_provider_id, resource_class_id),
    INDEX inventories_resource_class_id_idx (resource_class_id)
);

CREATE TABLE IF NOT EXISTS consumers (
    created_at DATETIME,
    updated_at DATETIME,
    id INTEGER NOT NULL AUTO_INCREMENT,
    uuid VARCHAR(36) NOT NULL,
    project_id INTEGER NOT NULL,
    user_id INTEGER NOT NULL,
    generation INTEGER NOT NULL DEFAULT 0,
    consumer_type_id INTEGER,
    PRIMARY KEY (id),
    CONSTRAINT uniq_consumers0uuid UNIQUE (uuid),
    INDEX consumers_project_id_user_id_uuid_idx (project_id, user_id, uuid),
    INDEX consumers_project_id_uuid_idx (project_id, uuid),
    INDEX consumers_consumer_type_id_idx (consumer_type_id),
    CONSTRAINT consumers_consumer_type_id_fkey FOREIGN KEY (consumer_type_id) REFERENCES consumer_types (id)
);

CREATE TABLE IF NOT EXISTS allocations (
    created_at DATETIME,
    updated_at DATETIME,
    id INTEGER NOT NULL AUTO_INCREMENT,
    resource_provider_id INTEGER NOT NULL,
    consumer_id VARCHAR(36) NOT NULL,
    resource_class_id INTEGER NOT NULL,
    used INTEGER NOT NULL,
    PRIMARY KEY (id),
    INDEX allocations_resource_provider_class_used_idx (resource_provider_id, resource_class_id, used),
    INDEX allocations_resource_class_id_idx (resource_class_id),
    INDEX allocations_consumer_id_idx (consumer_id)
);
