"""Faults in the database below a running service: whatever goes wrong, each answer is one of the
API's, neither it nor the log shows the inside, no worker dies, and the service is well again when
the fault is gone."""
import threading
import uuid

from support.cloud import Cloud
from support.every_route import PASSWORD, SQL, Things, ask_all, check_answer, check_log

TABLES = ('traits', 'resource_classes', 'consumer_types', 'projects', 'users',
          'placement_aggregates', 'resource_providers', 'resource_provider_aggregates',
          'resource_provider_traits', 'inventories', 'consumers', 'allocations')
BERTH = """\
log_level = debug
log_format = json
lock_wait_timeout = 1
transaction_retries = 1
[placement]
allocation_conflict_retry_count = 0
"""


class Patient:
    """A cloud that suffers faults; after each it checks answers, log and workers."""

    def __init__(self, cloud):
        self.cloud = cloud
        self.things = Things(cloud)
        self.workers = cloud.workers()
        assert not {500, 503} & set(ask_all(cloud, self.things, 'before any fault'))
        self.read = len(self.log())

    def log(self):
        with open(self.cloud.stack + '/berth.log', errors='replace') as file:
            return file.read()

    def suffer(self, what, fault, remedy, statuses, ask=None):
        """With the fault there are answers of these statuses, and no other 5xx."""
        if fault:
            self.cloud.sql(fault)
        try:
            seen = (ask or ask_all)(self.cloud, self.things, what)
        finally:
            if remedy:
                self.cloud.sql(remedy)
        for status in statuses:
            assert status in seen, '%s: %s without %d' % (what, seen, status)
        assert {status for status in seen if status >= 500} <= set(statuses), (what, seen)
        log = self.log()
        check_log(log[self.read:], what)
        self.read = len(log)
        assert self.cloud.workers() == self.workers, what + ': a worker died'

    def prove_well(self):
        """Every request gets an answer, and a claim succeeds."""
        statuses = ask_all(self.cloud, self.things, 'afterwards')
        assert not {500, 503} & set(statuses), statuses
        answer = self.cloud.claim(str(uuid.uuid4()), self.things.provider, {'VCPU': 1})
        assert answer.status == 204, answer.text
        assert self.cloud.workers() == self.workers


def lack_tables_and_columns(cloud, sick):
    for table in TABLES:
        sick.suffer('no ' + table, 'RENAME TABLE %s TO %s' % (table, SQL),
                    'RENAME TABLE %s TO %s' % (SQL, table), [500])
    for table, column in (('resource_providers', 'generation'), ('allocations', 'used'),
                          ('inventories', 'allocation_ratio'), ('consumers', 'uuid')):
        sick.suffer('no %s.%s' % (table, column),
                    'ALTER TABLE %s RENAME COLUMN %s TO %s' % (table, column, SQL),
                    'ALTER TABLE %s RENAME COLUMN %s TO %s' % (table, SQL, column), [500])


def triggers():
    """Statements that make all writes fail with the error that the table fault names, in words that
    the client must not read; and statements that remove them."""
    create, drop = 'CREATE TABLE fault AS SELECT 0 AS number;\n', ''
    for table in TABLES:
        for when in ('INSERT', 'UPDATE', 'DELETE'):
            create += """CREATE TRIGGER fault_%s_%s BEFORE %s ON %s FOR EACH ROW BEGIN
                DECLARE wanted INT DEFAULT (SELECT number FROM fault);
                IF wanted > 0 THEN SIGNAL SQLSTATE '45000' SET MYSQL_ERRNO = wanted,
                    MESSAGE_TEXT = 'INSERT INTO %s VALUES /tmp/%s'; END IF;
                END;\n""" % (table, when, when, table, SQL, SQL)
            drop += 'DROP TRIGGER fault_%s_%s;' % (table, when)
    return create, drop + 'DROP TABLE fault'


def refuse_writes(cloud, sick):
    create, drop = triggers()
    cloud.sql(create)
    for number, statuses in ((1644, [500]), (1213, [409]), (1205, [409]), (1264, [500]),
                             (1969, [503]), (3024, [500])):
        sick.suffer('error %d' % number, 'UPDATE fault SET number = %d' % number,
                    'UPDATE fault SET number = 0', statuses)
    cloud.sql(drop)
    sick.suffer('read-only', 'SET GLOBAL read_only = 1', 'SET GLOBAL read_only = 0', [503])
    user, reconnect = 'placement@localhost', 'CALL kill_placement()'
    sick.suffer('reading only is allowed',
                'REVOKE ALL ON placement.* FROM %s; GRANT SELECT ON placement.* TO %s; %s' %
                (user, user, reconnect), None, [500])
    assert '"operation":"insert","table":"resource_classes"' in sick.log(), 'of INSERT ... SELECT'
    sick.suffer('nothing is allowed', 'REVOKE ALL ON placement.* FROM %s; %s' %
                (user, reconnect),
                'GRANT ALL ON placement.* TO %s; %s' % (user, reconnect), [503])
    sick.suffer('another password', "SET PASSWORD FOR %s = PASSWORD('%s'); %s" %
                (user, SQL, reconnect),
                "SET PASSWORD FOR %s = PASSWORD('%s')" % (user, PASSWORD), [503])


def ask_while_killing(cloud, things, what):
    ended = threading.Event()

    def kill():
        while not ended.wait(0.02):
            # a procedure: it goes on when a connection has just ended
            cloud.sql('CALL kill_placement()')
    killer = threading.Thread(target=kill)
    killer.start()
    try:
        seen = {}
        for _ in range(2):
            for status, count in ask_all(cloud, things, what).items():
                seen[status] = seen.get(status, 0) + count
        return seen
    finally:
        ended.set()
        killer.join()


KILLER = """\
CREATE PROCEDURE kill_placement() BEGIN
    DECLARE done INT DEFAULT 0; DECLARE victim BIGINT;
    DECLARE victims CURSOR FOR SELECT id FROM information_schema.processlist
        WHERE user = 'placement';
    DECLARE CONTINUE HANDLER FOR NOT FOUND SET done = 1;
    DECLARE CONTINUE HANDLER FOR 1094 BEGIN END;
    OPEN victims;
    FETCH victims INTO victim;
    WHILE NOT done DO
        KILL victim;
        FETCH victims INTO victim;
    END WHILE;
END
"""


def ask_while_locked(cloud, things, what):
    lock = cloud.lock("SELECT id FROM resource_providers WHERE uuid = '%s'" % things.provider)
    answer = cloud.claim(str(uuid.uuid4()), things.provider, {'VCPU': 1})
    check_answer(answer, what)
    lock.release()
    return {answer.status: 1}


def lose_connections_and_locks(cloud, sick):
    # 500: the connection broke in a COMMIT, whose outcome is unknown
    seen = {}

    def ask(*arguments):
        seen.update(ask_while_killing(*arguments))
        return {status: seen[status] for status in seen if status < 500}
    sick.suffer('killed', None, None, [200], ask)
    sick.suffer('locked', None, None, [409], ask_while_locked)
    print('    while connections were killed: %s' % seen)


def have_impossible_rows(cloud, sick):
    """Rows that no request can make: no name, no class, no parent, no consumer."""
    nobody = str(uuid.uuid4())
    provider = "uuid = '%s'" % sick.things.provider
    for what, fault, remedy in (
            ('no name', 'UPDATE resource_providers SET name = NULL WHERE ' + provider,
             "UPDATE resource_providers SET name = 'back' WHERE " + provider),
            ('no root', 'SET foreign_key_checks = 0; UPDATE resource_providers SET '
             'root_provider_id = NULL, parent_provider_id = 77 WHERE ' + provider,
             'UPDATE resource_providers SET root_provider_id = id, parent_provider_id = NULL '
             'WHERE ' + provider),
            ('its own parent', 'UPDATE resource_providers SET parent_provider_id = id WHERE ' +
             provider, 'UPDATE resource_providers SET parent_provider_id = NULL WHERE ' +
             provider),
            ('no class', 'UPDATE inventories SET resource_class_id = 7777 '
             'WHERE resource_class_id = 0',
             'UPDATE IGNORE inventories SET resource_class_id = 0 WHERE resource_class_id = 7777; '
             'DELETE FROM inventories WHERE resource_class_id = 7777'),
            ('no class of allocations', 'UPDATE allocations SET resource_class_id = 7777',
             'UPDATE allocations SET resource_class_id = 0'),
            ('no consumers', "CREATE TABLE kept AS SELECT * FROM consumers; "
             "DELETE FROM consumers", 'INSERT INTO consumers SELECT * FROM kept; '
             'DROP TABLE kept'),
            ('no consumer types', 'SET foreign_key_checks = 0; '
             'UPDATE consumers SET consumer_type_id = 7777',
             'UPDATE consumers SET consumer_type_id = NULL'),
            ('no project of consumers', 'SET foreign_key_checks = 0; '
             'UPDATE consumers SET project_id = 7777',
             'UPDATE consumers SET project_id = (SELECT MIN(id) FROM projects)'),
            ('huge numbers', 'UPDATE inventories SET total = 2147483647, allocation_ratio = '
             '3e38; UPDATE resource_providers SET generation = 2147483646',
             'UPDATE inventories SET total = 1000, allocation_ratio = 1; '
             'UPDATE resource_providers SET generation = 1'),
            ('negative numbers', 'UPDATE inventories SET total = -5, reserved = -2147483648, '
             'step_size = 0, allocation_ratio = -1; UPDATE allocations SET used = -7',
             'UPDATE inventories SET total = 1000, reserved = 0, step_size = 1, '
             'allocation_ratio = 1; UPDATE allocations SET used = 1'),
            ('an orphan', "INSERT INTO allocations (resource_provider_id, consumer_id, "
             "resource_class_id, used) SELECT id, '%s', 0, 1 FROM resource_providers WHERE %s" %
             (nobody, provider), "DELETE FROM allocations WHERE consumer_id = '%s'" % nobody)):
        sick.suffer(what, fault, remedy, [], may_fail)
    sick.prove_well()


def may_fail(cloud, things, what):
    """Any status is good: 500 is a fair answer to a broken database."""
    seen = ask_all(cloud, things, what)
    return {status: count for status, count in seen.items() if status != 500}


def suffer(part, directory):
    with Cloud(directory, workers=2, password=PASSWORD, berth=BERTH) as cloud:
        cloud.sql(KILLER)
        sick = Patient(cloud)
        part(cloud, sick)
        sick.prove_well()


def test_a_database_without_tables_and_columns(directory):
    suffer(lack_tables_and_columns, directory)


def test_a_database_that_refuses_writes(directory):
    suffer(refuse_writes, directory)


def test_a_database_that_ends_connections_and_holds_locks(directory):
    suffer(lose_connections_and_locks, directory)


def test_a_database_with_rows_that_cannot_be(directory):
    suffer(have_impossible_rows, directory)
