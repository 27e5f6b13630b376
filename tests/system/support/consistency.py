"""Conditions that the rows of a database meet after any fault."""


def audit_rows(cloud):
    """Check the rows of a cloud's database."""
    assert cloud.sql('SELECT c.uuid FROM consumers c LEFT JOIN allocations a '
                     'ON a.consumer_id = c.uuid WHERE a.id IS NULL') == [], 'orphaned consumers'
    assert cloud.sql('SELECT a.id FROM allocations a LEFT JOIN consumers c '
                     'ON c.uuid = a.consumer_id WHERE c.id IS NULL') == [], \
        'allocations without a consumer'
    over = cloud.sql('SELECT i.resource_provider_id FROM inventories i JOIN allocations a '
                     'ON a.resource_provider_id = i.resource_provider_id '
                     'AND a.resource_class_id = i.resource_class_id GROUP BY i.id '
                     'HAVING SUM(a.used) > (MAX(i.total) - MAX(i.reserved)) '
                     '* MAX(i.allocation_ratio)')
    assert over == [], 'over capacity'
    done = cloud.manage('audit', '--grace', '0')
    assert done.returncode == 0, done.stdout + done.stderr
