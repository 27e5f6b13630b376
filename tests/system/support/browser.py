"""A headless Chromium, driven by the WebDriver protocol."""
import base64
import http.client
import json
import os
import shutil
import subprocess
import time

from support.cloud import free_port, wait_until

# Windows and processes that no test needs, and that take as long as the browser itself.
NEEDLESS = ('WebUIOmniboxPopup', 'WebUIOmniboxAimPopup', 'WebUIOmniboxFullPopup',
            'SpareRendererForSitePerProcess')

ELEMENT = 'element-6066-11e4-a52e-4f735466cecf'

# The page looks by itself: a look from here takes several messages among three processes.
WAIT = """\
const [selector, parts] = arguments, end = Date.now() + 180000;
return new Promise(done => {
    const look = () => {
        const element = document.querySelector(selector);
        const text = element && element.offsetParent !== null ? element.innerText : null;
        const shown = text !== null && parts.every(part => text.includes(part));
        if (shown || Date.now() > end)
            done([shown, text]);
        else
            setTimeout(look, 50);
    };
    look();
});
"""


def is_available():
    return shutil.which('chromedriver') is not None and shutil.which('chromium') is not None


class Browser:
    """A browser with one tab. It costs more than a test to start one: share it, and renew() it."""
    size = (1200, 900)

    def __init__(self, directory):
        self.port = free_port()
        self.log = os.path.join(directory, 'chromedriver.log')
        self.driver = subprocess.Popen(
            ['chromedriver', '--port=%d' % self.port, '--log-path=' + self.log],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env=dict(os.environ, HOME=directory, TMPDIR=directory))
        try:
            wait_until('the driver listens', self.is_ready)
            arguments = ['--headless=new', '--no-sandbox', '--disable-gpu',
                         '--disable-dev-shm-usage', '--no-proxy-server',
                         '--disable-extensions', '--disable-features=' + ','.join(NEEDLESS),
                         '--window-size=%d,%d' % self.size,
                         '--user-data-dir=' + os.path.join(directory, 'profile')]
            self.session = None
            self.session = wait_until('the browser starts', lambda: self.begin(arguments), 600)
        except BaseException:
            self.driver.kill()
            raise

    def begin(self, arguments):
        """Return the session, or None: the driver waits a minute for the browser, which is not
        enough on a machine that has much to do."""
        try:
            return self.call('POST', '/session', {'capabilities': {'alwaysMatch': {
                'browserName': 'chrome', 'goog:chromeOptions': {'args': arguments},
                'timeouts': {'script': 300000, 'pageLoad': 300000},
                'goog:loggingPrefs': {'browser': 'ALL'}}}})['sessionId']
        except AssertionError as reason:
            if 'session not created' not in str(reason):
                raise
            return None

    def is_ready(self):
        try:
            return self.ask('GET', '/status')['ready']
        except OSError:
            return False

    def ask(self, method, path, body=None):
        connection = http.client.HTTPConnection('127.0.0.1', self.port, timeout=300)
        connection.request(method, path, json.dumps(body) if body is not None else None,
                           {'content-type': 'application/json'})
        answer = json.loads(connection.getresponse().read())['value']
        connection.close()
        if isinstance(answer, dict) and 'error' in answer:
            raise AssertionError(answer['error'] + ': ' + answer['message'])
        return answer

    def call(self, method, path, body=None):
        return self.ask(method, ('/session/' + self.session if self.session else '') + path, body)

    def command(self, method, **parameters):
        """Run a command of the DevTools protocol."""
        return self.call('POST', '/goog/cdp/execute', {'cmd': method, 'params': parameters})

    def renew(self):
        """Forget everything: another tab, as at first."""
        origin = self.run('return location.origin;')
        tab = self.call('POST', '/window/new', {'type': 'tab'})['handle']
        self.call('DELETE', '/window')
        self.call('POST', '/window', {'handle': tab})
        self.resize(*self.size)
        self.command('Network.clearBrowserCookies')
        self.command('Network.clearBrowserCache')
        self.command('Storage.clearDataForOrigin', origin=origin, storageTypes='all')
        self.complaints()

    def open(self, url):
        self.call('POST', '/url', {'url': url})

    def run(self, script, *arguments):
        """Run the body of a function in the page; return its value."""
        return self.call('POST', '/execute/sync', {'script': script, 'args': list(arguments)})

    def text(self, selector):
        return self.run('const e = document.querySelector(arguments[0]); '
                        'return e && e.offsetParent !== null ? e.innerText : null;', selector)

    def wait_for(self, selector, *parts):
        """Wait until an element is shown and has these parts in its text; return its text."""
        shown, text = self.run(WAIT, selector, parts)
        assert shown, 'timeout: %s shows %s: %s' % (selector, parts, text)
        return text

    def type(self, selector, text):
        element = self.call('POST', '/element', {'using': 'css selector', 'value': selector})
        self.call('POST', '/element/%s/value' % element[ELEMENT], {'text': text})

    def click(self, selector):
        element = self.call('POST', '/element', {'using': 'css selector', 'value': selector})
        self.call('POST', '/element/%s/click' % element[ELEMENT], {})

    def resize(self, width, height):
        self.call('POST', '/window/rect', {'width': width, 'height': height})

    def complaints(self):
        """Return what the browser's console has that is worse than information."""
        return [entry['message'] for entry in self.call('POST', '/se/log', {'type': 'browser'})
                if entry['level'] in ('SEVERE', 'WARNING')]

    def screenshot(self):
        return base64.b64decode(self.call('GET', '/screenshot'))

    def close(self):
        try:
            self.call('DELETE', '')
        finally:
            self.driver.terminate()
            end = time.monotonic() + 30
            while self.driver.poll() is None and time.monotonic() < end:
                time.sleep(0.05)
            self.driver.kill()
            self.driver.wait()
