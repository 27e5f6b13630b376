"""What deployment tools write and call, with Berth in place of the Python service: for each tool
the commands of its section in docs/deploying.md, its database commands, its health check, and a
claim."""
import json
import os
import re
import ssl
import subprocess
import urllib.error
import urllib.request
import uuid

import pytest
from support.certificates import Authority
from support.cloud import LATEST, free_port, wait_until
from support.database import DatabaseServer
from support.deployed import MODULES, OWN, Root, copy_checkout
from support.keystone import FakeKeystone
from support.pages import blocks
from support.paths import TOP
from support.python_service import program

jinja2 = pytest.importorskip('jinja2')
yaml = pytest.importorskip('yaml')
pytestmark = [pytest.mark.plain, pytest.mark.xdist_group('deployers')]

INVENTORY = {'VCPU': {'total': 8}}
NEVER = 'raise SystemExit("it is mod_wsgi that asks")\n'
if not os.path.exists(MODULES + '/mod_wsgi.so'):
    pytest.skip('there is no mod_wsgi (the package libapache2-mod-wsgi-py3)',
                allow_module_level=True)


class World:
    """The database, Keystone and the authority that all of them use."""

    def __init__(self, directory, server, port, authority, keystone):
        self.directory, self.server, self.authority = directory, server, authority
        self.keystone, self.count = keystone, 0
        self.checkout = copy_checkout(directory)
        self.addresses = {'DATABASE': '127.0.0.1:%d' % port,
                          'KEYSTONE': '127.0.0.1:%d' % keystone.port}

    def root(self, name):
        """A new database, and a machine on which the tool has written what all tools write."""
        self.server.sql('DROP DATABASE IF EXISTS placement; DROP DATABASE IF EXISTS placementdb; '
                        'CREATE DATABASE placement; CREATE DATABASE placementdb')
        self.count += 1
        root = Root(os.path.join(self.directory, str(self.count)), name, self.addresses,
                    self.checkout)
        root.put('placement.conf', '/etc/placement/placement.conf')
        return root

    def put_authority(self, root, place):
        with open(self.authority.path + '.pem') as file:
            root.write(place, file.read())

    def put_certificate(self, root, name, certificate, key):
        path = self.authority.certify(name.replace('.', '-'), 'DNS:%s,IP:127.0.0.1' % name)
        for place, end in ((certificate, '.pem'), (key, '.key')):
            with open(path + end) as file:
                root.write(place, file.read())
        root.secure = ssl.create_default_context(cafile=self.authority.path + '.pem')


@pytest.fixture(scope='module')
def world(module_directory):
    authority = Authority(module_directory)
    certificate = authority.certify('database', 'IP:127.0.0.1')
    if os.geteuid() == 0:
        subprocess.run(['chown', 'mysql', certificate + '.key'], check=True)
    server, port = DatabaseServer(os.path.join(module_directory, 'database')), free_port()
    with FakeKeystone() as keystone:
        keystone.know('TOKEN', roles=('admin', 'service'))
        server.start(port, '--ssl-cert=%s.pem' % certificate, '--ssl-key=%s.key' % certificate,
                     '--ssl-ca=%s.pem' % authority.path)
        try:
            for user in ('placement', 'placement_5f2e'):
                for host in ('localhost', '127.0.0.1'):
                    server.sql("CREATE USER %s@'%s' IDENTIFIED BY 'secretdatabase'; "
                               "GRANT ALL ON *.* TO %s@'%s'" % (user, host, user, host))
            yield World(module_directory, server, port, authority, keystone)
        finally:
            server.stop()


def ask(root, method, path, body=None, host=None, token='TOKEN', agent='x'):
    """Return status and text."""
    scheme = 'https' if root.secure else 'http'
    headers = {'openstack-api-version': LATEST, 'accept': 'application/json',
               'content-type': 'application/json', 'user-agent': agent}
    headers.update({'x-auth-token': token} if token else {}, **({'host': host} if host else {}))
    request = urllib.request.Request('%s://127.0.0.1:%d%s' % (scheme, root.port, path),
                                     None if body is None else json.dumps(body).encode(), headers,
                                     method=method)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}),
                                         urllib.request.HTTPSHandler(context=root.secure))
    try:
        with opener.open(request, timeout=60) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as answer:
        return answer.code, answer.read().decode()


def status(root, path, **options):
    try:
        return ask(root, 'GET', path, **options)[0]
    except OSError:
        return None


def wait_for(root, path='/'):
    """As a health check does, without a token."""
    try:
        wait_until('it serves', lambda: status(root, path, token=None) == 200)
    except AssertionError:
        raise AssertionError(root.log())


def claim(root, mount=''):
    """What all of it is for."""
    provider, consumer = str(uuid.uuid4()), str(uuid.uuid4())
    code, text = ask(root, 'POST', mount + '/resource_providers',
                     {'name': provider, 'uuid': provider})
    assert code == 200, text + root.log()
    code, text = ask(root, 'PUT', '%s/resource_providers/%s/inventories' % (mount, provider),
                     {'resource_provider_generation': 0, 'inventories': INVENTORY})
    assert code == 200, text
    code, text = ask(root, 'PUT', '%s/allocations/%s' % (mount, consumer), {
        'allocations': {provider: {'resources': {'VCPU': 1}}}, 'project_id': 'p', 'user_id': 'u',
        'consumer_generation': None, 'consumer_type': 'INSTANCE'})
    assert code == 204, text
    code, text = ask(root, 'GET', '%s/allocations/%s' % (mount, consumer))
    assert code == 200 and provider in text, text
    assert status(root, mount + '/resource_providers', token=None) == 401
    # longer than what Apache takes by itself
    names = ','.join(['CUSTOM_' + 'A' * 200] * 60)
    assert ask(root, 'GET', '%s/traits?name=in:%s' % (mount, names)) == (200, '{"traits": []}')
    log = root.log()
    for secret in ('secretdatabase', 'secretservice', 'secretmemcached'):
        assert secret not in log


def follow(root, heading, directory=None, **environment):
    """Run the commands of a section."""
    root.begin(directory, **environment)
    return ''.join(root.shell.type(root.relocate(commands))
                   for commands in blocks('docs/deploying.md', heading))


def test_debian(world):
    with world.root('debian') as root:
        root.put('placement-api-uwsgi.ini', '/etc/placement/placement-api-uwsgi.ini')
        arguments = '--http-socket 127.0.0.1:%d --ini %s' % (
            root.port, root.path('etc/placement/placement-api-uwsgi.ini'))
        root.write('etc/default/placement-api', 'DAEMON_ARGS="%s"\n' % arguments)
        root.install_compat()
        output = follow(root, "Debian's placement-api")
        assert output.count('Result: Success') == 3, output
        wait_for(root)
        claim(root)
        claim(root, '/placement')
        assert 'serving workers=3' in root.log(), 'as uwsgi would have processes'


STACK = r"""#!/bin/bash
# The functions of devstack that the plugin calls, and what stack.sh does with it.
set -eu
DEST=ROOT/opt/stack PLACEMENT_CONF=ROOT/etc/placement/placement.conf SERVICE_TIMEOUT=60
PLACEMENT_SERVICE_PROTOCOL=http PLACEMENT_SERVICE_HOST=127.0.0.1:PORT PLACEMENT_BIN_DIR=/nowhere
sudo() { "$@"; }
install_package() { :; }
apache_site_config_for() { echo "ROOT/etc/apache2/sites-enabled/$1.conf"; }
enable_apache_mod() { a2enmod "$1"; }
enable_apache_site() { :; }
restart_apache_server() { systemctl restart apache2; }
is_service_enabled() { [ "$1" = placement-api ]; }
die() { echo "$2" && exit 1; }
run_process() { keep "$1" $2; }
wait_for_service() {
    local code
    for _ in $(seq 300); do
        code=$(curl -s --noproxy '*' -o /dev/null -w '%{http_code}' "$2") || [ $? = 7 ]
        case $code in 503 | 000) sleep 0.2 ;; *) return 0 ;; esac
    done
    return 1
}
enable_plugin() { [ -e "$DEST/$1/devstack/plugin.sh" ] && plugin=$1; }
local_rc=$(sed -n '/^\[\[local|localrc\]\]$/,$p' local.conf | sed 1d)
eval "$local_rc"
for phase in pre-install install; do
    source "$DEST/$plugin/devstack/plugin.sh" stack $phase
done
"$PLACEMENT_BIN_DIR/placement-manage" db sync
start_placement_api
"""


def test_devstack(world):
    with world.root('devstack') as root:
        world.put_authority(root, '/opt/stack/data/ca-bundle.pem')
        root.put('site.conf', '/etc/apache2/sites-enabled/placement-api.conf')
        root.write('etc/apache2/ports.conf', 'Listen 127.0.0.1:%d\n' % root.port)
        os.makedirs(root.path('var/run/uwsgi'))
        # the repository, and what builds it
        for name in ('examples', 'devstack'):
            os.makedirs(root.path('opt/stack/berth'), exist_ok=True)
            os.symlink(os.path.join(root.checkout, name), root.path('opt/stack/berth/' + name))
        for name in ('configure', 'scripts/install-needs'):
            root.write('opt/stack/berth/' + name, '#!/bin/sh\n', 0o755)
        root.program('autoreconf', '#!/bin/sh\n')
        root.program('make', '#!/bin/sh\nmkdir -p ROOT/usr/local/sbin\n'
                     'cp ROOT/usr/sbin/berth* ROOT/usr/local/sbin/\n')
        root.write('opt/stack/devstack/stack.sh', STACK.replace('ROOT', root.root).replace(
            'PORT', str(root.port)), 0o755)
        follow(root, 'devstack', root.path('opt/stack/devstack'),
               REPOSITORY='https://git.example', BERTH_PREFIX=root.path('usr/local'),
               BERTH_SOCKET=root.path('var/run/uwsgi/berth.socket'))
        wait_for(root, '/placement')
        claim(root, '/placement')
        assert status(root, '/traits') == 404, 'the rest of this Apache belongs to others'


def ternary(value, yes, no):
    """Ansible's filter."""
    return yes if value else no


def variables_of_openstack_ansible(root, tls):
    environment = jinja2.Environment()
    environment.filters.update(ternary=ternary, bool=bool)
    known = yaml.safe_load(root.relocate(root.read('variables.yml')))
    known.update(placement_service_port=root.port, placement_backend_ssl=tls)
    with open(root.path('etc/openstack_deploy/user_variables.yml')) as file:
        service = yaml.safe_load(file)['placement_api_init_overrides']['Service']
    return {name: environment.from_string(str(value)).render(known)
            for name, value in service.items()}


def test_openstack_ansible(world):
    with world.root('openstack-ansible') as root:
        world.put_authority(root, '/etc/ssl/certs/galera-ca.pem')
        world.put_certificate(root, 'placement.example', '/etc/placement/placement.pem',
                              '/etc/placement/placement.key')
        root.write('etc/openstack_deploy/user_variables.yml', '# of the operator\n')
        for name in ('ansible', 'openstack-ansible'):
            root.program(name, '#!/bin/sh\n')
        root.install_compat()
        follow(root, 'OpenStack-Ansible')
        # that of the role's own environment. PyMySQL passes over ssl_ca beside ssl_verify_cert: it
        # trusts the store of the machine
        root.shell.type('SSL_CERT_FILE=%s %s db sync\n' % (
            root.path('etc/ssl/certs/galera-ca.pem'), program('placement-manage')))
        root.shell.type('placement-manage db online_data_migrations\n')
        for tls in (True, False):
            service = variables_of_openstack_ansible(root, tls)
            assert service['Type'] == 'notify' and service['NotifyAccess'] == 'all'
            root.secure = root.secure if tls else None
            root.shell.type('keep placement-api %s\n' % root.relocate(service['ExecStart']))
            wait_for(root)
            assert status(root, '/', token=None, agent='osa-haproxy-healthcheck') == 200
            claim(root)


BUILDAH = r"""#!/usr/bin/python3
# Runs the steps of the last stage of a Containerfile, in a directory in place of an image.
import re, shutil, subprocess, sys
sys.path.insert(0, SYSTEM)
from support.deployed import PLACES
def relocate(text):
    text = re.sub('(reuid|regid|groups)=["$a-z]+', r'\1=www-data', text)
    return PLACES.sub(lambda match: 'ROOT' + match.group(), text)
if sys.argv[1] == 'build':
    text = open(sys.argv[sys.argv.index('-f') + 1]).read().replace('\\\n', '')
    steps = re.split(r'^FROM .*\n', text, flags=re.M)[-1].splitlines()
    for word, rest in (step.split(None, 1) for step in steps if step and step[0] != '#'):
        if word == 'RUN' and 'dnf ' not in rest and 'apt-get ' not in rest:
            subprocess.run(['bash', '-ec', relocate(rest)], check=True)
        elif word == 'COPY' and not rest.startswith(('--from', 'build/')):
            source, place = rest.split()
            with open(source) as file, open(relocate(place), 'w') as copy:
                copy.write(relocate(file.read()))
        elif word not in ('RUN', 'COPY', 'USER'):
            sys.exit('what is ' + word)
"""


def buildah(root):
    return BUILDAH.replace('SYSTEM', repr(os.path.join(root.checkout, 'tests/system')))


def make_image(root, modules):
    """Of RHOSO and TripleO, before Berth comes: their httpd, and tools."""
    root.program('buildah', buildah(root))
    root.program('oc', '#!/bin/sh\nfor word; do :; done; echo "$word" >ROOT/patch\n')
    root.write('usr/sbin/httpd', '#!/bin/sh\nexec apache2 -f %s "$@"\n' % root.path(
        'etc/httpd/conf/httpd.conf'), 0o755)
    for name in ('base.load', 'base.conf'):
        root.write('etc/httpd/conf.modules.d/' + name,
                   root.loads(OWN) + '\n' if name == modules else '')
    root.write('etc/httpd/conf.modules.d/mime.conf',
               'TypesConfig %s\n' % root.path('etc/mime.types'))
    os.makedirs(root.path('etc/httpd/run'))
    os.makedirs(root.path('usr/lib64/httpd'))
    os.symlink(MODULES, root.path('usr/lib64/httpd/modules'))
    root.write('usr/bin/placement-api', NEVER)


def test_placement_operator(world):
    with world.root('placement-operator') as root:
        root.put('custom.conf', '/etc/placement/placement.conf.d/custom.conf')
        os.symlink('etc/placement', root.path('.placement'))
        root.put('my.cnf', '/etc/my.cnf')
        world.put_authority(root, '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem')
        root.put('httpd.conf', '/etc/httpd/conf/httpd.conf')
        for name in ('internal', 'public'):
            world.put_certificate(root, 'placement-%s.openstack.svc' % name,
                                  '/etc/pki/tls/certs/%s.crt' % name,
                                  '/etc/pki/tls/private/%s.key' % name)
        make_image(root, 'base.conf')
        follow(root, "RHOSO's placement operator", REGISTRY='registry.example')
        with open(root.path('patch')) as file:
            assert json.load(file)['spec']['customContainerImages'] == {
                'placementAPIImage': 'registry.example/placement-berth'}
        root.shell.type('placement-manage db sync\n')
        root.shell.type('keep httpd %s -DFOREGROUND\n' % root.path('usr/sbin/httpd'))
        wait_for(root)  # the probes
        for name in ('internal', 'public'):
            # by the name that its certificate has
            name = 'placement-%s.openstack.svc' % name
            code = subprocess.run(
                ['curl', '-s', '-o', '/dev/null', '-w', '%{http_code}', '--noproxy', '*',
                 '--cacert', world.authority.path + '.pem', '--resolve',
                 '%s:%d:127.0.0.1' % (name, root.port), 'https://%s:%d/' % (name, root.port)],
                capture_output=True, text=True).stdout
            assert code == '200', code
        claim(root)
        with open(root.path('var/log/placement/placement-api.log')) as file:
            assert '/allocations/' in file.read(), 'the sidecar shows this file'
        assert status(root, '/_berth/health', token=None) == 200
        reload_and_stop(root)


def reload_and_stop(root):
    """As a container is told to."""
    with open(root.path('pids/httpd')) as file:
        pid = int(file.read())
    for word, condition in (('HUP', lambda: 'replacing the workers' in root.log()),
                            ('TERM', lambda: status(root, '/', token=None) is None)):
        root.shell.type('kill -s %s %d\n' % (word, pid))
        wait_until(word, condition)
    wait_until('it has ended', lambda: not os.path.exists('/proc/%d' % pid) or 'Z' in open(
        '/proc/%d/stat' % pid).read().rsplit(') ')[1][0])


def owner_of_pool(root):
    """The user who has the socket, as has the pool."""
    return os.stat(root.path('run/berth/berth.sock')).st_uid


def test_tripleo(world):
    with world.root('tripleo') as root:
        root.as_root = os.geteuid() == 0
        root.put('tripleo.cnf', '/etc/my.cnf.d/tripleo.cnf')
        world.put_authority(root, '/etc/ipa/ca.crt')
        root.put('httpd.conf', '/etc/httpd/conf/httpd.conf')
        root.put('10-placement_wsgi.conf', '/etc/httpd/conf.d/10-placement_wsgi.conf')
        make_image(root, 'base.load')
        os.makedirs(root.path('var/www/cgi-bin/placement'))
        root.program('openstack', '#!/bin/sh\nfor word; do :; done\n'
                     'cat "$word" >ROOT/environment\n')
        follow(root, "RHOSO's placement operator", REGISTRY='registry.example')
        root.shell.type(blocks('docs/deploying.md', 'TripleO')[0])
        with open(root.path('environment')) as file:
            assert yaml.safe_load(file)['parameter_defaults']['ContainerPlacementImage']
        root.shell.type(root.relocate('/usr/bin/placement-manage db sync\n'))
        root.shell.type('keep httpd %s -DFOREGROUND\n' % root.path('usr/sbin/httpd'))
        wait_for(root)
        # placement_wait_for_service
        assert re.match('.*CURRENT,*', ask(root, 'GET', '/', token=None)[1])
        claim(root)
        assert owner_of_pool(root) != 0
        reload_and_stop(root)


JUJU = r"""#!/bin/bash
set -eu
case $1 in
scp | refresh) ;;
exec) bash -ec "${*: -1}" ;;
*) exit 1 ;;
esac
"""


def test_charm(world):
    with world.root('charm') as root:
        root.put('placement-api.conf', '/etc/apache2/sites-enabled/placement-api.conf')
        root.write('usr/bin/placement-api', NEVER)
        root.program('juju', JUJU)
        root.begin()
        root.shell.type('%s db sync\n' % program('placement-manage'))
        root.shell.end()
        follow(root, 'The charm')
        wait_for(root)
        claim(root)
        claim(root, '/placement')
        assert ask(root, 'GET', '/traits%2Fx')[0] == 404
        assert status(root, '/_berth/health', token=None) == 200


def test_charm_for_kubernetes(world):
    with world.root('charm-k8s') as root:
        root.as_root = os.geteuid() == 0  # as pebble
        root.put('wsgi-placement-api.conf',
                 '/etc/apache2/sites-enabled/wsgi-placement-api.conf')
        root.write('usr/bin/placement-api', NEVER)
        root.write('etc/apache2/envvars', '')
        root.write('usr/sbin/apache2ctl', '')
        root.write('usr/sbin/apache2', '#!/bin/sh\nexec /usr/sbin/apache2 -f %s "$@"\n' %
                   root.path('etc/apache2/apache2.conf'), 0o755)
        os.makedirs(root.path('usr/lib/apache2'))
        os.symlink(MODULES, root.path('usr/lib/apache2/modules'))
        root.program('docker', buildah(root))
        root.program('juju', JUJU)
        root.program('sudo', '#!/bin/sh\nshift 2\nexec "$@"\n')
        follow(root, 'The charm for Kubernetes', REGISTRY='registry.example')
        root.shell.type('sudo -u placement placement-manage db sync\n')
        root.shell.type('keep httpd %s -DFOREGROUND\n' % root.path('usr/sbin/apache2ctl'))
        wait_for(root)
        for mount in ('', '/placement', '/openstack-placement'):
            claim(root, mount)
        assert owner_of_pool(root) != 0
        reload_and_stop(root)


PUPPET = r"""#!/usr/bin/python3
# What an agent does with these classes.
import re, subprocess
text = open('ROOT/etc/puppetlabs/code/environments/production/manifests/site.pp').read()
fragment = re.search("vhost_custom_fragment => '(.*)'", text).group(1)
modules = re.findall(r'apache::mod::(\w+)', text) + re.findall(r"apache::mod \{ '(\w+)'", text)
site = 'ROOT/etc/apache2/sites-enabled/10-placement_wsgi.conf'
text = open(site).read().replace('CUSTOM_FRAGMENT', fragment.replace('/usr', 'ROOT/usr'))
open(site, 'w').write(text)
for module in modules:
    open('ROOT/etc/apache2/mods-enabled/%s.load' % module, 'w').write(
        'LoadModule %s_module MODULES/mod_%s.so\n' % (module, module))
subprocess.run(['placement-manage', 'db', 'sync'], check=True)
subprocess.run(['systemctl', 'restart', 'apache2'], check=True)
"""


def test_puppet(world):
    with world.root('puppet') as root:
        root.put('10-placement_wsgi.conf', '/etc/apache2/sites-enabled/10-placement_wsgi.conf')
        root.write('etc/apache2/ports.conf', 'Listen 127.0.0.1:%d\n' % root.port)
        root.write('etc/puppetlabs/code/environments/production/manifests/site.pp', '# nodes\n')
        root.write('var/www/cgi-bin/placement/placement-api', NEVER)
        root.program('puppet', PUPPET)
        root.install_compat()
        follow(root, 'puppet-placement')
        wait_for(root)
        claim(root)
        # with the line in the site nothing is lost of what berth-apache.conf does
        assert ask(root, 'GET', '/traits%2Fx')[0] == 404
        assert '"code"' in ask(root, 'GET', '/traits%2Fx')[1], 'it is Berth that answers'


def test_the_lines_for_mod_wsgi_are_those_of_the_site():
    lines = {}
    for name in ('berth-wsgi', 'berth-apache'):
        with open(os.path.join(TOP, 'conf/%s.conf' % name)) as file:
            lines[name] = [line.strip() for line in file if line.strip() and '#' not in line[:6]]
    site = lines['berth-apache']
    site = [line for line in site if not re.match(
        '</?VirtualHost|Listen|ErrorLog|CustomLog', line)]
    assert lines['berth-wsgi'] == site
