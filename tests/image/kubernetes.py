"""Does with manifests what Kubernetes does, with one pod: checks them against its schema, makes the
volumes, starts the containers in their order, probes them, and stops them in their order.
"""
import json
import os
import subprocess
import sys

import jsonschema
import yaml
from containers import ADDRESS, HERE, OUTSIDE, USER, Container
from machine import wait_until

KINDS = {'apps/v1': 'io.k8s.api.apps.v1', 'batch/v1': 'io.k8s.api.batch.v1',
         'v1': 'io.k8s.api.core.v1', 'networking.k8s.io/v1': 'io.k8s.api.networking.v1',
         'policy/v1': 'io.k8s.api.policy.v1', 'autoscaling/v2': 'io.k8s.api.autoscaling.v2',
         'monitoring.coreos.com/v1': 'com.coreos.monitoring.v1'}

CONNECT = '''
import socket, sys
sys.exit(socket.socket().connect_ex((sys.argv[1], int(sys.argv[2]))))
'''


def read_objects(path):
    """Return the objects of a file by kind and name."""
    with open(path) as file:
        return {(manifest['kind'], manifest.get('metadata', {}).get('name')): manifest
                for manifest in yaml.safe_load_all(file)}


def read_manifests(directory):
    """Return the objects of a directory by kind and name, and the kustomization."""
    objects = {}
    for name in sorted(os.listdir(directory)):
        objects.update(read_objects(os.path.join(directory, name)))
    return objects, objects.pop(('Kustomization', None))


def schema():
    with open(os.path.join(HERE, 'schemas', 'kubernetes.json')) as file:
        return json.load(file)


def check_manifest(manifest, definitions):
    """Raise jsonschema.ValidationError unless it is what Kubernetes accepts."""
    kind = '%s.%s' % (KINDS[manifest['apiVersion']], manifest['kind'])
    jsonschema.Draft7Validator(
        dict(definitions, **{'$ref': '#/definitions/' + kind})).validate(manifest)


class Pod:
    """One pod of a template. The secrets and maps of `objects` become its volumes and variables."""

    def __init__(self, images, template, objects, network):
        self.images, self.objects, self.network = images, objects, network
        self.spec = template['spec']
        self.directory = images.new_directory('pod')
        self.volumes = {volume['name']: self.make_volume(volume)
                        for volume in self.spec.get('volumes', [])}
        self.containers = {}

    def data_of(self, kind, name):
        found = self.objects[kind, name]
        return dict(found.get('data', {}), **found.get('stringData', {}))

    def make_volume(self, volume):
        path = os.path.join(self.directory, volume['name'])
        os.mkdir(path)
        if 'emptyDir' in volume:
            os.chmod(path, 0o777)
            return path
        source = volume.get('configMap') or volume['secret']
        kind = 'ConfigMap' if 'configMap' in volume else 'Secret'
        self.write_volume(path, self.data_of(kind, source.get('name') or source['secretName']),
                          source.get('defaultMode', 0o644))
        return path

    def write_volume(self, path, data, mode):
        """Write files of root, and of the pod's fsGroup if it has one."""
        for name, text in data.items():
            name = os.path.join(path, name)
            with open(name, 'w') as file:
                file.write(text)
            os.chmod(name, mode)
            if 'fsGroup' in self.spec.get('securityContext', {}):
                os.chown(name, 0, OUTSIDE)

    def mounts_of(self, container):
        words = self.network.mounts()
        for mount in sorted(container.get('volumeMounts', []), key=lambda item: item['mountPath']):
            source = os.path.join(self.volumes[mount['name']], mount.get('subPath', ''))
            words += ['--ro-bind' if mount.get('readOnly') else '--bind', source.rstrip('/'),
                      self.images.make_mount_point('berth', mount['mountPath'], source)]
        return words

    def environment_of(self, container):
        environment = {}
        for variable in container.get('env', []):
            if 'value' in variable:
                environment[variable['name']] = variable['value']
            else:
                reference = variable['valueFrom']['secretKeyRef']
                environment[variable['name']] = self.data_of('Secret', reference['name'])[
                    reference['key']]
        return environment

    def start_container(self, container):
        security = dict(self.spec.get('securityContext', {}))
        security.update(container.get('securityContext', {}))
        command = container.get('command', []) + container.get('args', [])
        image = container['image'].split('/')[-1].split(':')[0]
        started = self.containers[container['name']] = Container(
            self.images, image, entry=command[0] if container.get('command') else None,
            arguments=command[1 if container.get('command') else 0:],
            environment=self.environment_of(container), mounts=self.mounts_of(container),
            user=security.get('runAsUser', USER), group=security.get('runAsGroup', 0),
            network=self.network)
        return started

    def start(self):
        """Start it as a kubelet does: an init container must succeed, or be up if it is a sidecar,
        before the next; the others start then."""
        for container in self.spec.get('initContainers', []):
            started = self.start_container(container)
            if container.get('restartPolicy') == 'Always':
                self.wait_for(container, 'startupProbe')
            else:
                started.finish()
        for container in self.spec['containers']:
            self.start_container(container)
        for container in self.spec['containers']:
            self.wait_for(container, 'startupProbe')

    def finish(self):
        """Run a job's containers to their end."""
        self.start()
        for container in self.spec['containers']:
            self.containers[container['name']].finish()

    def all_containers(self):
        return self.spec.get('initContainers', []) + self.spec['containers']

    def find(self, name):
        return next(item for item in self.all_containers() if item['name'] == name)

    def port(self, port):
        """Return the number of a port that may have a name."""
        for container in self.all_containers():
            for known in container.get('ports', []):
                if known.get('name') == port:
                    return known['containerPort']
        return int(port)

    def probe(self, name, kind):
        """Return whether a probe succeeds now. It comes from the node: not from 127.0.0.1."""
        container, running = self.find(name), self.containers[name]
        probe = container[kind]
        if 'exec' in probe:
            return running.run(*probe['exec']['command']) == 0
        if 'tcpSocket' in probe:
            return subprocess.run(self.network.on_network(
                sys.executable, '-c', CONNECT, ADDRESS,
                str(self.port(probe['tcpSocket']['port'])))).returncode == 0
        get = probe['httpGet']
        status = self.network.status(get['path'], host=ADDRESS, port=self.port(get['port']),
                                     scheme=get.get('scheme', 'HTTP').lower())
        return '200' <= status < '400'

    def wait_for(self, container, kind):
        if kind not in container:
            return
        running = self.containers[container['name']]
        running.wait_until('%s of %s' % (kind, container['name']),
                           lambda: running.pid() and self.probe(container['name'], kind))

    def is_ready(self):
        return all(self.probe(container['name'], 'readinessProbe')
                   for container in self.spec['containers'] if 'readinessProbe' in container)

    def is_alive(self):
        return all(self.probe(container['name'], 'livenessProbe')
                   for container in self.all_containers() if 'livenessProbe' in container)

    def wait_until_ready(self):
        wait_until('it is ready', lambda: self.is_ready() or not all(
            self.containers[container['name']].check()
            for container in self.spec['containers']))

    def stop(self):
        """Stop it as a kubelet does: first the containers, then the sidecars, the last one first.
        Return the exit statuses. preStop with sleep only waits for others to notice."""
        containers = self.spec['containers']
        for container in containers:
            hook = container.get('lifecycle', {}).get('preStop', {})
            if 'exec' in hook:
                assert self.containers[container['name']].run(*hook['exec']['command']) == 0
        order = containers + self.spec.get('initContainers', [])[::-1]
        return {item['name']: self.containers[item['name']].stop()[0] for item in order
                if self.containers[item['name']].process.poll() is None}
