"""What kolla-ansible and openstack-helm make of their settings, and how they start it: written down
from their roles, charts and images as of 2026. The files of examples/ are the settings.
"""
import configparser
import io
import json
import os
import re

import yaml
from containers import ADDRESS, Container

# kolla-ansible, its role placement.

KOLLA_USER = 42482
KOLLA_PORT = 8780
KOLLA_CONFIGURATION = """\
[DEFAULT]
debug = False
log_file = /var/log/kolla/placement/placement-api.log
state_path = /var/lib/placement

[oslo_middleware]
enable_proxy_headers_parsing = true

[oslo_concurrency]
lock_path = /var/lib/placement/tmp

[placement_database]
connection = mysql+pymysql://placement:pw@{address}:3306/placement
connection_recycle_time = 10
max_overflow = 1000
max_pool_size = 1
max_retries = -1

[cache]
backend = oslo_cache.memcache_pool
enabled = true
memcache_servers = {address}:11211

[keystone_authtoken]
service_type = placement
www_authenticate_uri = http://{address}:5000
auth_url = http://{address}:5000
auth_type = password
project_domain_id = default
user_domain_id = default
project_name = service
username = placement
password = pw
cafile =
region_name = RegionOne
memcache_security_strategy = ENCRYPT
memcache_secret_key = secret
memcached_servers = {address}:11211

[profiler]
enabled = true
trace_sqlalchemy = true
hmac_keys = secret
connection_string = redis://{address}:6379
"""
KOLLA_UWSGI = """\
[uwsgi]
add-header = Connection: close
buffer-size = 65535
die-on-term = true
enable-threads = true
exit-on-reload = false
hook-master-start = unix_signal:15 gracefully_kill_them_all
http = {address}:{port}
http-auto-chunked = true
http-chunked-input = true
http-raw-body = true
lazy-apps = true
logto2 = /var/log/kolla/placement/placement-api-uwsgi.log
master = true
module = placement.wsgi.api:application
plugins-dir = /usr/lib/uwsgi/plugins
plugins = python3
processes = 2
socket-timeout = 30
thunder-lock = true
uid = placement
worker-reload-mercy = 80
static-map = /static=/var/lib/kolla/venv/lib/python3/site-packages/static
"""
KOLLA_START = {
    'command': 'uwsgi /etc/placement/placement-api-uwsgi.ini',
    'config_files': [
        {'source': '/var/lib/kolla/config_files/' + name, 'dest': '/etc/placement/' + name,
         'owner': 'placement', 'perm': '0600'}
        for name in ('placement.conf', 'placement-api-uwsgi.ini', 'migrate-db.rc')],
    'directories': [
        {'path': '/var/log/kolla', 'owner': 'fluentd:kolla', 'perm': '2775'},
        {'path': '/var/log/kolla/placement', 'owner': 'placement:kolla', 'perm': '2775'}],
    'files': [{'path': '/var/log/kolla/placement/placement-api.log', 'owner': 'placement:kolla',
               'perm': '0664'}]}
KOLLA_BOOTSTRAP = (('db', 'sync'), ('db', 'online_data_migrations'))
# Where its fluentd sees an event begin; tests/system/test_oslo_log.py has the whole pattern.
KOLLA_LINE = re.compile(r'\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}\.\d{3} \d+ [A-Z]+ \S+ \[')


def merge(*texts):
    """Merge files as merge_configs does: section by section, the last one wins."""
    parser = configparser.RawConfigParser(strict=False)
    parser.optionxform = str
    for text in texts:
        parser.read_string(text)
    merged = io.StringIO()
    parser.write(merged)
    return merged.getvalue()


class KollaContainer:
    """The container placement_api: kolla_start puts the files in their places, and becomes the
    command."""

    def __init__(self, images, network, override):
        self.images, self.network = images, network
        self.place = images.new_directory('kolla')
        os.chmod(self.place, 0o777)
        rendered = {
            'config.json': json.dumps(KOLLA_START),
            'placement.conf': merge(KOLLA_CONFIGURATION.format(address=ADDRESS), override),
            'placement-api-uwsgi.ini': KOLLA_UWSGI.format(address=ADDRESS, port=KOLLA_PORT),
            'migrate-db.rc': 'PLACEMENT_DB=placement\n'}
        start = json.loads(rendered['config.json'])
        for item in start['config_files']:
            self.write(item['dest'], rendered[os.path.basename(item['source'])])
        for item in start['directories']:
            os.makedirs(self.place + item['path'], exist_ok=True)
            os.chmod(self.place + item['path'], 0o777)
        for item in start['files']:
            self.write(item['path'], '')
            os.chmod(self.place + item['path'], 0o666)
        self.command = start['command'].split()

    def write(self, name, text):
        name = self.place + name
        os.makedirs(os.path.dirname(name), exist_ok=True)
        with open(name, 'w') as file:
            file.write(text)

    def start(self, *command):
        """Start it, or another command in its place."""
        mounts = ['--tmpfs', '/tmp']
        for name in ('/etc/placement', '/var/log/kolla'):
            mounts += ['--bind', self.place + name,
                       self.images.make_mount_point('berth', name, self.place)]
        command = command or self.command
        return Container(
            self.images, 'berth', entry='/usr/bin/' + command[0], arguments=command[1:],
            mounts=mounts, user=KOLLA_USER, network=self.network,
            # not the image's: kolla's has none of these
            environment={'OS_BERTH__LOG_FORMAT': None, 'OS_BERTH__LOG_FILE': None,
                         'KOLLA_CONFIG_STRATEGY': 'COPY_ALWAYS'})

    def log(self):
        with open(self.place + '/var/log/kolla/placement/placement-api.log') as file:
            return file.read()


# openstack-helm, its chart placement.

HELM_PORT, HELM_STATISTICS = 8778, 1717
HELM_VALUES = """\
images:
  tags:
    placement: airshipit/placement:2026.1
    placement_db_sync: airshipit/placement:2026.1
conf:
  policy: {}
  placement:
    DEFAULT:
      debug: false
      use_syslog: false
      log_config_append: /etc/placement/logging.conf
    placement_database:
      connection: mysql+pymysql://placement:pw@mariadb.openstack.svc.cluster.local:3306/placement
    keystone_authtoken:
      service_token_roles: service
      service_token_roles_required: true
      auth_version: v3
      auth_type: password
      memcache_security_strategy: ENCRYPT
      memcache_secret_key: secret
      memcached_servers: memcached.openstack.svc.cluster.local:11211
      service_type: placement
      auth_uri: http://keystone-api.openstack.svc.cluster.local:5000/v3
      auth_url: http://keystone-api.openstack.svc.cluster.local:5000/v3
    oslo_concurrency:
      lock_path: /var/lock
  logging:
    loggers: {keys: [root, placement]}
    logger_placement: {level: INFO, handlers: [stdout], qualname: placement}
  placement_api_uwsgi:
    uwsgi:
      http-socket: 0.0.0.0:8778
      processes: 1
      add-header: "Connection: close"
      buffer-size: 65535
      die-on-term: true
      enable-threads: true
      exit-on-reload: false
      hook-master-start: unix_signal:15 gracefully_kill_them_all
      lazy-apps: true
      log-x-forwarded-for: true
      master: true
      procname-prefix-spaced: "placement-api:"
      route-user-agent: '^kube-probe.* donotlog:'
      thunder-lock: true
      worker-reload-mercy: 80
      module: placement.wsgi.api:application
      stats: 0.0.0.0:1717
      stats-http: true
pod:
  lifecycle: {termination_grace_period: {api: {timeout: 30}}}
"""
HELM_SNIPPET = """\
[keystone_authtoken]
region_name = RegionOne
project_name = service
project_domain_name = service
user_domain_name = service
username = placement
password = pw
"""


def overlay(below, above):
    """Merge values as helm does."""
    if not isinstance(below, dict) or not isinstance(above, dict):
        return above
    merged = dict(below)
    for key, value in above.items():
        merged[key] = overlay(below.get(key), value)
    return merged


def render_conf(sections):
    """Write a file of oslo.config, or of uwsgi, as the chart does."""
    def text(value):
        if isinstance(value, bool):
            return str(value).lower()
        return ','.join(value) if isinstance(value, list) else str(value)
    return ''.join('[%s]\n' % section + ''.join('%s = %s\n' % (key, text(value))
                                                for key, value in options.items())
                   for section, options in sections.items())


class Helm:
    """The objects that the chart makes of values: the deployment's and the job's pods."""

    def __init__(self, override):
        values = self.values = overlay(yaml.safe_load(HELM_VALUES), yaml.safe_load(override))
        conf = values['conf']
        files = {'policy.yaml': yaml.safe_dump(conf['policy']),
                 'placement.conf': render_conf(conf['placement']),
                 'placement-api-uwsgi.ini': render_conf(conf['placement_api_uwsgi']),
                 'logging.conf': render_conf(conf['logging'])}
        self.objects = {
            ('Secret', 'placement-etc'): {'data': files},
            ('Secret', 'placement-ks-etc'): {'data': {'placement-ks-etc.conf': HELM_SNIPPET}},
            ('ConfigMap', 'placement-bin'): {
                'data': {'db-sync.sh': '#!/bin/bash\n\nset -ex\n\nplacement-manage db sync\n'}}}
        self.volumes = [
            {'name': 'pod-tmp', 'emptyDir': {}}, {'name': 'oslo-lock-path', 'emptyDir': {}},
            {'name': 'etc', 'secret': {'secretName': 'placement-etc', 'defaultMode': 0o444}},
            {'name': 'snippets', 'secret': {'secretName': 'placement-ks-etc'}}]

    @staticmethod
    def file(name):
        return {'name': 'etc', 'mountPath': '/etc/placement/' + name, 'subPath': name,
                'readOnly': True}

    def deployment(self):
        def ask(port):
            return {'httpGet': {'scheme': 'HTTP', 'path': '/', 'port': port},
                    'initialDelaySeconds': 5, 'periodSeconds': 10}
        return {'spec': {
            'securityContext': {'runAsUser': 42424},
            'terminationGracePeriodSeconds':
                self.values['pod']['lifecycle']['termination_grace_period']['api']['timeout'],
            'containers': [{
                'name': 'placement-api', 'image': self.values['images']['tags']['placement'],
                'securityContext': {'allowPrivilegeEscalation': False,
                                    'readOnlyRootFilesystem': True},
                'command': ['uwsgi', '--ini', '/etc/placement/placement-api-uwsgi.ini'],
                'ports': [{'name': 'p-api', 'containerPort': HELM_PORT}],
                'readinessProbe': ask(HELM_PORT), 'livenessProbe': ask(HELM_STATISTICS),
                'volumeMounts': [
                    {'name': 'pod-tmp', 'mountPath': '/tmp'},
                    {'name': 'oslo-lock-path', 'mountPath': '/var/lock'},
                    {'name': 'snippets', 'mountPath': '/etc/placement/placement.conf.d/',
                     'readOnly': True},
                    *(self.file(name)
                      for name in self.objects['Secret', 'placement-etc']['data'])]}],
            'volumes': self.volumes}}

    def job(self):
        return {'spec': {
            'restartPolicy': 'OnFailure',
            'containers': [{
                'name': 'placement-db-sync',
                'image': self.values['images']['tags']['placement_db_sync'],
                'command': ['/bin/bash', '-c', '/tmp/db-sync.sh'],
                'volumeMounts': [
                    {'name': 'pod-tmp', 'mountPath': '/tmp'},
                    {'name': 'script', 'mountPath': '/tmp/db-sync.sh', 'subPath': 'db-sync.sh',
                     'readOnly': True},
                    {'name': 'etc-service', 'mountPath': '/etc/placement'},
                    {'name': 'snippets', 'mountPath': '/etc/placement/placement.conf.d',
                     'readOnly': True},
                    self.file('placement.conf'), self.file('logging.conf')]}],
            'volumes': [*self.volumes, {'name': 'etc-service', 'emptyDir': {}},
                        {'name': 'script', 'configMap': {'name': 'placement-bin',
                                                         'defaultMode': 0o555}}]}}
