"""Records what Python does with Set-Cookie lines: `python3 cookies-python.py > cookies-python.jsonl`.

Each case puts a few lines, most of them malformed, into a jar and asks for the Cookie header of other URLs. The clock stands
still at NOW, where the test sets its own as well. Left out is what the port does differently on purpose: see the test.
"""

import json
import random
import time

NOW = 1_700_000_000
time.time = lambda: NOW

import requests  # noqa: E402  the clock is stopped first
from requests.cookies import RequestsCookieJar, extract_cookies_to_jar, get_cookie_header  # noqa: E402

HOSTS = ['example.com', 'www.example.com', 'a.b.example.com', 'localhost', '127.0.0.1', 'www.example.co.uk', 'x.local', 'EXAMPLE.com']
PATHS = ['/', '/a', '/a/', '/a/b', '/a/b/c?x=/y', '/ab', '/a%20b', '', '/a;p/q', '/%c3/x']
PAIRS = ['a=b', 'a', 'a=', '=b', '', 'a="b c"', 'a="b\\"c"', '"a"="b"', 'a=b=c', 'a = b ', '$a=1', 'a=é', 'a b=c', 'a=b,c=d', '__proto__=x', 'get=1', 'a="']
ATTRIBUTES = [
    'Path=/', 'Path=/a', 'path=/a/b', 'Path=a', 'Path=', 'Path', 'Path=/a b', 'Path=/é', 'Path=/%c3', 'PATH=/ab/',
    'Domain=example.com', 'domain=.example.com', 'Domain=WWW.example.com', 'Domain', 'Domain=com', 'Domain=example.co.uk', 'Domain=127.0.0.1', 'Domain=other.com', 'Domain=..example.com',
    'Max-Age=10', 'max-age=0', 'Max-Age=-5', 'Max-Age="10"', 'Max-Age=x', 'Max-Age=+7', 'Max-Age=',
    'Expires=Wed, 09 Feb 2050 22:23:32 GMT', 'expires=Wed, 09-Feb-1994 22:23:32 GMT', 'Expires="Wed, 09 Feb 2050 22:23:32 GMT"', 'Expires=nonsense', 'Expires=', 'Expires',
    'Secure', 'secure=x', 'HttpOnly', 'httponly', 'SameSite=Lax', 'Foo=bar', 'foo=baz', '__proto__=y', 'Discard', 'Comment=hi', 'CommentURL=u', 'Comment',
    'Port=80', 'Port=8080', 'Port="80"', 'Port=80, 8080', 'Version=0', 'Version=2', 'Version=x', 'Version', '', '  ', '=x', 'a=b',
]  # fmt: skip
PIECES = PAIRS + ['=', ';', ';', ' ', '"', '\\', ',', 'path', 'domain', 'expires', 'secure', '/', '.', '0', '%', 'ÿ', '\t', '{', '[::1]']
# What a cookie has unless a line says otherwise; recorded is only what differs.
DEFAULTS = {
    'version': 0, 'port': None, 'port_specified': False, 'domain_specified': False, 'domain_initial_dot': False,
    'path': '/', 'path_specified': False, 'secure': False, 'expires': None, 'discard': True, 'comment': None,
    'comment_url': None, 'rfc2109': False, '_rest': {},
}  # fmt: skip


class Raw:
    """The little of a urllib3 response that requests takes cookies from."""

    def __init__(self, line):
        self.line = line
        self._original_response = self.msg = self

    def get_all(self, name, default=None):
        return [self.line] if name == 'Set-Cookie' else default


def url(scheme):
    return f'{scheme}://{random.choice(HOSTS)}{random.choice(["", ":80", ":8080"])}{random.choice(PATHS)}'


def line():
    if random.random() < 0.25:
        return ''.join(random.choice(PIECES) for _ in range(random.randint(0, 12)))
    attributes = [random.choice(['', ' ', '  ']) + random.choice(ATTRIBUTES) for _ in range(random.randint(0, 5))]
    return ';'.join([random.choice(PAIRS), *attributes])


def prepared(address):
    return requests.Request('GET', address).prepare()


def shown(cookie):
    # Python keeps what stands behind the equals sign, if any.
    cookie.secure, cookie.discard = bool(cookie.secure), bool(cookie.discard)
    return {name: value for name, value in vars(cookie).items() if name not in DEFAULTS or value != DEFAULTS[name]}


def case():
    jar = RequestsCookieJar()
    steps = []
    for _ in range(random.randint(1, 4)):
        request = prepared(url('http'))
        steps.append([request.url, line()])
        extract_cookies_to_jar(jar, request, Raw(steps[-1][1]))
    cookies = [shown(cookie) for cookie in jar]
    # A port is compared with 80 by Python even when the scheme is https.
    schemes = ['http'] if any(cookie.port for cookie in jar) else ['http', 'https']
    requested = [prepared(steps[0][0])] + [prepared(url(random.choice(schemes))) for _ in range(3)]
    sent = [[request.url, get_cookie_header(jar, request)] for request in requested]
    return {'steps': steps, 'cookies': cookies, 'sent': sent}


random.seed(6265)
for _ in range(400):
    print(json.dumps(case(), ensure_ascii=False))
