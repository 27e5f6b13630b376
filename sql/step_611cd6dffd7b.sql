-- From b4ed3a175331: no provider may be without a root. Nothing changes; see the guard in
-- src/db/schema_version.c.
UPDATE alembic_version SET version_num = '611cd6dffd7b' WHERE version_num = 'b4ed3a175331';
