-- From 611cd6dffd7b: no allocation may be without a consumer. Nothing changes; see the guard in
-- src/db/schema_version.c.
UPDATE alembic_version SET version_num = 'b5c396305c25' WHERE version_num = '611cd6dffd7b';
