"""Starts and stops the services of a Compose file in their order, as docker compose does."""
import json
import os

import jsonschema
import yaml
from containers import HERE, Container


class Project:
    """The services of a file. directory: a copy of the example, with all that an operator adds."""

    def __init__(self, images, directory):
        self.images, self.directory = images, directory
        with open(os.path.join(directory, 'compose.yaml')) as file:
            self.project = yaml.safe_load(file)
        with open(os.path.join(HERE, 'schemas', 'compose.json')) as file:
            jsonschema.Draft7Validator(json.load(file)).validate(self.project)
        self.services = self.project['services']
        self.volumes = {name: images.new_directory('volume') for name in self.project['volumes']}
        for path in self.volumes.values():
            os.chmod(path, 0o1777)  # as of the directory of the image, which Docker copies
        self.containers = {}

    def start(self, name, network=None):
        service = self.services[name]
        for other, wanted in service.get('depends_on', {}).items():
            container = self.containers[other]
            if wanted['condition'] == 'service_completed_successfully':
                container.finish()
            else:
                assert wanted['condition'] == 'service_healthy'
                container.wait_until(other + ' is healthy', lambda: self.is_healthy(other))
        assert service['read_only'] and service['cap_drop'] == ['ALL']
        mounts = sum((['--tmpfs', path] for path in service.get('tmpfs', [])), [])
        for mount in service.get('volumes', []):
            source, target, *options = mount.split(':')
            source = self.volumes.get(source) or os.path.join(self.directory, source)
            mounts += ['--ro-bind' if options == ['ro'] else '--bind', source,
                       self.images.make_mount_point('berth', target, source)]
        if network:
            mounts += network.mounts()
        environment = {}
        for file_name in service.get('env_file', []):
            with open(os.path.join(self.directory, file_name)) as file:
                environment.update(line.rstrip('\n').split('=', 1) for line in file)
        user, group = service['user'].split(':')
        self.containers[name] = Container(
            self.images, service['image'].split('/')[-1].split(':')[0],
            entry=service.get('entrypoint', [None])[0], arguments=service.get('command', ()),
            environment=environment, mounts=mounts, user=int(user), group=int(group),
            network=network)
        return self.containers[name]

    def is_healthy(self, name):
        kind, *command = self.services[name]['healthcheck']['test']
        assert kind == 'CMD'
        container = self.containers[name]
        return bool(container.pid()) and container.run(
            *(word.replace('$$', '$') for word in command)) == 0

    def stop(self):
        """Stop what depends on others first. Return the exit statuses."""
        running = [name for name in self.containers
                   if self.containers[name].process.poll() is None]
        statuses = {}
        while running:
            name = next(name for name in running if not any(
                name in self.services[other].get('depends_on', {}) for other in running))
            running.remove(name)
            statuses[name] = self.containers[name].stop()[0]
        return statuses
