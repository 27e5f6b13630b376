"""Random policies, judged by Berth and by oslo.policy: both must decide the same. Where oslo.policy
only complains of a rule that refers to itself or to none, Berth must refuse the policy.

BERTH_SEED and BERTH_POLICIES in the environment make other policies, and more of them.
"""
import json
import logging
import os
import random
import subprocess
import tempfile

import pytest
from support.paths import BUILD

yaml = pytest.importorskip('yaml')
cfg = pytest.importorskip('oslo_config.cfg')
oslo_policy = pytest.importorskip('oslo_policy.policy')
POLICY_ANSWERS = os.path.join(BUILD, 'tests', 'system', 'policy_answers')
COUNT = int(os.environ.get('BERTH_POLICIES', 500))
SEED = int(os.environ.get('BERTH_SEED', 4))
TOLD_OF = 5

NAMES = ('admin_api', 'service_api', 'placement:usages', 'placement:traits:list', 'rule:admin_api',
         'own', 'other', 'default', 'third', 'fourth')
ASKED = NAMES + ('placement:resource_providers:list', 'placement:reshaper:reshape', 'unknown')
WORDS = ('admin', 'Admin', 'reader', 'service', 'ann', 'bob', 'p', 'q', 'all', 'None', 'True',
         'False', '20', '-5', 'a%')
KEYS = ('project_id', 'user_id', 'flavor', 'nothing', 'a(b)c')
CREDENTIALS = ('user_id', 'user_domain_id', 'system_scope', 'domain_id', 'project_id',
               'project_domain_id', 'service_user_id', 'service_user_domain_id',
               'service_project_id', 'service_project_domain_id')
LEFT_SIDES = CREDENTIALS + (
    'role', 'Role', 'roles', 'service_roles', 'is_admin_project', 'is_admin', 'system', "'p'",
    '"admin"', "'p", "''", "'a'b'", 'True', 'False', 'None', '20', '-5', '+20', '007', '00', '-0',
    '1abc', 'class',
    'user_id.name', 'roles.name', 'system.name', 'nothing.at.all', 'a..b', 'a.', 'user-id', '',
    'unknown', '%', '"', 'target.role')
BROKEN = ('%(user_id)d', '%', '%(user_id', '%(unknown)', '%(user_id)', '5%x', '%(flavor)s%(x)d')
BLANKS = (' ', '  ', '\t', '\n', '\u00a0', '\u2003', '\x1c', '\x85')


class Generator:
    def __init__(self, seed):
        self.random = random.Random(seed)

    def right_side(self):
        choice = self.random.random()
        if choice < 0.4:
            return self.random.choice(WORDS)
        if choice < 0.8:
            return '%%(%s)s' % self.random.choice(KEYS)
        if choice < 0.88:
            return '%(unknown)s'
        if choice < 0.94:
            return self.random.choice(WORDS) + '%%%(flavor)s'
        return self.random.choice(BROKEN)

    def check(self, names):
        choice = self.random.random()
        if choice < 0.25 and names:
            return 'rule:' + self.random.choice(names)
        if choice < 0.27:
            return 'rule:' + self.random.choice(NAMES + ('missing',))
        if choice < 0.34:
            return self.random.choice('@!')
        if choice < 0.6:
            return 'role:' + self.right_side()
        if choice < 0.62:
            return self.random.choice(
                ('nonsense', 'a:b:c', ':', "'a':'b'", '"role:admin"', "'", '%'))
        if choice < 0.8:
            return self.random.choice(CREDENTIALS) + ':' + self.right_side()
        return self.random.choice(LEFT_SIDES) + ':' + self.right_side()

    def operator(self, word):
        return self.random.choice((word, word, word.upper(), word.title()))

    def expression(self, names, depth):
        choice = self.random.random()
        if depth == 0 or choice < 0.35:
            return self.check(names)
        if choice < 0.5:
            return '%s %s' % (self.operator('not'), self.expression(names, depth - 1))
        if choice < 0.65:
            return '(%s)' % self.expression(names, depth - 1)
        return '%s %s %s' % (self.expression(names, depth - 1),
                             self.operator(self.random.choice(('and', 'or'))),
                             self.expression(names, depth - 1))

    def soup(self, names):
        words = ['(', ')', '((', 'and', 'or', 'not', '@)', '(!', '"x"', self.check(names),
                 self.check(names), '(' + self.check(names), self.check(names) + '))']
        return ' '.join(self.random.choices(words, k=self.random.randint(0, 9)))

    def rule(self, names):
        choice = self.random.random()
        if choice < 0.12:
            return self.soup(names)
        if choice < 0.15:
            return self.random.choice(('', ' ', '\t', '()', 'not', '((@))', 'not not @', '@ @'))
        if choice < 0.25:
            return [self.random.choice((self.check(names), self.check(names), '', [],
                                        [self.check(names)],
                                        [self.check(names), self.check(names)]))
                    for _ in range(self.random.randint(0, 3))]
        text = self.expression(names, 3)
        if self.random.random() < 0.1:
            text = self.random.choice(BLANKS).join(text.split(' '))
        return text

    def policy(self):
        """Return rules that mostly refer to later ones."""
        names = self.random.sample(NAMES, self.random.randint(0, len(NAMES) - 2))
        rules = {name: self.rule(names[i + 1:]) for i, name in enumerate(names)}
        # Older versions do not see that a file repeats what is deprecated.
        if rules.get('rule:admin_api') == 'role:admin':
            del rules['rule:admin_api']
        return rules

    def maybe(self):
        return self.random.choice(WORDS[:9] + (None,) * 4)

    def credentials(self):
        roles = ('admin', 'ADMIN', 'reader', 'service', 'p', 'True')
        said = {name: self.maybe() for name in CREDENTIALS}
        if self.random.random() < 0.6:
            said['system_scope'] = said['domain_id'] = None
        elif self.random.random() < 0.2:
            said['system_scope'] = ''
        said['roles'] = self.random.sample(roles, self.random.randint(0, 3))
        said['service_roles'] = self.random.sample(roles, self.random.randint(0, 2))
        said['is_admin_project'] = self.random.random() < 0.8
        return said

    def target(self):
        return {key: self.random.choice(WORDS + (None,) * 3)
                for key in self.random.sample(KEYS, self.random.randint(1, len(KEYS)))}

    def case(self):
        policies = [self.policy() for _ in range(self.random.choice((0, 1, 1, 1, 2)))]
        return {
            'policies': policies,
            'files': [self.text(policy) for policy in policies],
            'default_rule': self.random.choice(('default', 'default', 'own', 'unknown')),
            'enforce_scope': self.random.random() < 0.7,
            'enforce_new_defaults': self.random.random() < 0.5,
            'questions': [{'rule': self.random.choice(ASKED), 'credentials': self.credentials(),
                           'target': self.target()} for _ in range(12)],
        }

    def text(self, policy):
        if self.random.random() < 0.3:
            return json.dumps(policy, indent=self.random.choice((None, 2)))
        return yaml.safe_dump(policy, default_flow_style=self.random.choice((True, False)),
                              allow_unicode=self.random.choice((True, False)))


class Judge:
    """oslo.policy with Placement's default rules."""

    def __init__(self, defaults, directory):
        from oslo_policy import opts
        logging.disable(logging.CRITICAL)
        self.library = oslo_policy
        self.directory = directory
        self.conf = cfg.ConfigOpts()
        self.conf([], project='placement', default_config_files=[], default_config_dirs=[])
        opts._register(self.conf)
        self.conf.set_override('policy_dirs', [directory], 'oslo_policy')
        self.conf.set_override('policy_file', os.path.join(directory, 'none'), 'oslo_policy')
        self.defaults = [self.default(**rule) for rule in defaults]

    def default(self, name, check, project, former):
        replaced = former and self.library.DeprecatedRule(
            'rule:admin_api', former, deprecated_reason='it is old', deprecated_since='W')
        return self.library.RuleDefault(name, check, scope_types=['project'] if project else None,
                                        deprecated_rule=replaced or None)

    def enforcer(self, case):
        for name in os.listdir(self.directory):
            os.unlink(os.path.join(self.directory, name))
        for i, text in enumerate(case['files']):
            with open(os.path.join(self.directory, '%d.yaml' % i), 'w') as file:
                file.write(text)
        for option in ('enforce_scope', 'enforce_new_defaults'):
            self.conf.set_override(option, case[option], 'oslo_policy')
        enforcer = self.library.Enforcer(self.conf, default_rule=case['default_rule'])
        enforcer.suppress_deprecation_warnings = True
        enforcer.suppress_default_change_warnings = True
        enforcer.register_defaults(self.defaults)
        enforcer.load_rules(True)
        enforcer.load_rules = lambda: None
        # Older versions take a single word that is no check for one, and fail when they ask it.
        for name, check in enforcer.rules.items():
            if isinstance(check, str):
                enforcer.rules[name] = self.library._parser.parse_rule('!')
        return enforcer

    def is_wrong(self, enforcer):
        """Whether a rule refers to one that is missing, or to itself. oslo.policy's check_rules()
        does not look behind "not"."""
        def references(check):
            if isinstance(check, self.library.RuleCheck):
                yield check.match
            for part in getattr(check, 'rules', None) or [getattr(check, 'rule', None)]:
                if part is not None:
                    yield from references(part)

        edges = {name: set(references(check)) for name, check in enforcer.rules.items()}
        if any(not found <= set(edges) for found in edges.values()):
            return True
        while edges:
            leaves = {name for name, found in edges.items() if not found & set(edges)}
            if not leaves:
                return True
            for name in leaves:
                del edges[name]
        return False

    def answers(self, case):
        enforcer = self.enforcer(case)
        if self.is_wrong(enforcer):
            return ['refused']
        if not enforcer.check_rules():
            return ['complained of']
        return [self.answer(enforcer, question) for question in case['questions']]

    def answer(self, enforcer, question):
        try:
            enforcer.enforce(question['rule'], question['target'], dict(question['credentials']),
                             do_raise=True)
            return 'allowed'
        except self.library.PolicyNotAuthorized:
            return 'denied'
        except self.library.InvalidScope:
            return 'scope'
        except Exception:
            return 'undecided'


def ask(*arguments, text=''):
    done = subprocess.run([POLICY_ANSWERS, *arguments], input=text, capture_output=True, text=True,
                          check=True)
    return done.stdout


def test_random_policies_are_judged_alike():
    generator = Generator(SEED)
    cases = [generator.case() for _ in range(COUNT)]
    lines = ask(text=''.join(json.dumps(case) + '\n' for case in cases)).splitlines()
    assert len(cases) == len(lines)
    counts, differences = {}, []
    with tempfile.TemporaryDirectory() as directory:
        judge = Judge(json.loads(ask('defaults')), directory)
        for number, (case, line) in enumerate(zip(cases, lines)):
            words = line.split()
            found = words[:1] if words[:1] == ['refused'] else words
            expected = judge.answers(case)
            if found != expected:
                differences.append('case %d: %s\n%s' % (
                    number, line, describe(case, expected, found)))
            for word in found:
                counts[word] = counts.get(word, 0) + 1
    assert not differences, '\n'.join(differences[:TOLD_OF])
    for word in ('allowed', 'denied', 'scope', 'undecided', 'refused'):
        assert counts[word] > COUNT // 20, counts


def describe(case, expected, found):
    told = ['policies: ' + json.dumps(case['policies'], indent=1),
            'new defaults: %s, default rule: %s' % (case['enforce_new_defaults'],
                                                    case['default_rule'])]
    for question, left, right in zip(case['questions'], expected, found):
        if left != right:
            told.append('%s: %s by oslo.policy, %s by Berth' % (json.dumps(question), left, right))
    return '\n'.join(told[:2 + TOLD_OF])
