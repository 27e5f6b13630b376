"""Certificates for tests: private authorities, and what they vouch for."""
import os
import subprocess

KEY = ('-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes')


class Authority:
    """An authority and its files. Paths are without what they end in: .pem (certificate), .key."""

    def __init__(self, directory, name='authority'):
        self.directory = directory
        self.path = os.path.join(directory, name)
        self.openssl('req', '-x509', *KEY, '-days', '2', '-subj', '/CN=' + name, '-keyout',
                     self.path + '.key', '-out', self.path + '.pem')

    def openssl(self, *words):
        subprocess.run(['openssl', *words], check=True, cwd=self.directory, capture_output=True,
                       stdin=subprocess.DEVNULL)

    def certify(self, name, alternative):
        """A certificate with that name, made out to DNS:a.name or IP:an.address; gives its path."""
        path = os.path.join(self.directory, name)
        with open(path + '.extensions', 'w') as file:
            file.write('subjectAltName = %s\n' % alternative)
        self.openssl('req', *KEY, '-subj', '/CN=' + name, '-keyout', path + '.key', '-out',
                     path + '.csr')
        self.openssl('x509', '-req', '-in', path + '.csr', '-CA', self.path + '.pem', '-CAkey',
                     self.path + '.key', '-CAcreateserial', '-days', '2', '-extfile',
                     path + '.extensions', '-out', path + '.pem')
        return path
