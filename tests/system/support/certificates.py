"""Certificates for tests, by private authorities."""
import os
import subprocess

KEY = ('-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes')


class Authority:
    """An authority and its files. Paths lack their endings: .pem (certificate), .key."""

    def __init__(self, directory, name='authority'):
        self.directory = directory
        self.path = os.path.join(directory, name)
        self.openssl('req', '-x509', *KEY, '-days', '2', '-subj', '/CN=' + name, '-keyout',
                     self.path + '.key', '-out', self.path + '.pem')

    def openssl(self, *words):
        subprocess.run(['openssl', *words], check=True, cwd=self.directory, capture_output=True,
                       stdin=subprocess.DEVNULL)

    def certify(self, name, alternative):
        """Make a certificate for DNS:a.name or IP:an.address; return its path."""
        path = os.path.join(self.directory, name)
        with open(path + '.extensions', 'w') as file:
            file.write('subjectAltName = %s\n' % alternative)
        self.openssl('req', *KEY, '-subj', '/CN=' + name, '-keyout', path + '.key', '-out',
                     path + '.csr')
        self.openssl('x509', '-req', '-in', path + '.csr', '-CA', self.path + '.pem', '-CAkey',
                     self.path + '.key', '-CAcreateserial', '-days', '2', '-extfile',
                     path + '.extensions', '-out', path + '.pem')
        return path
