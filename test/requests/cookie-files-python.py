"""What Python's cookie jars make of files.

`write DIR` fills DIR with files of random cookies and prints the cookies; `read FORMAT` takes a JSON list of texts on its standard
input and prints, for each, the cookies in it and the text that saving them makes, or null for a LoadError.
"""

import json
import os
import random
import sys
import tempfile
import warnings
from http.cookiejar import Cookie, LoadError, LWPCookieJar, MozillaCookieJar

warnings.simplefilter('ignore')
JARS = {'mozilla': MozillaCookieJar, 'lwp': LWPCookieJar}
ALL = {'ignore_discard': True, 'ignore_expires': True}
TEXTS = ['a', 'b1', 'x y', '"q"', 'a"b\\c', "it's", 'é', '日本', 'a;b', 'a,b', 'a=b', '', '_', '100%', 'k\\']


def shown(jar):
    return [vars(cookie) for cookie in jar]


def cookie():
    domain = random.choice(['example.com', '.example.com', 'www.example.com', 'localhost', '127.0.0.1', ''])
    expires = random.choice([None, 0, 1, -1, 1_700_000_000, 4_102_444_800, 253_402_300_799])
    port = random.choice([None, None, '80', '80,8080'])
    return Cookie(
        version=random.choice([0, 0, 1]),
        name=random.choice(['sid', 'a', 'b', 'token', 'é', 'path', '$x']),
        value=random.choice([None, *TEXTS]),
        port=port,
        port_specified=port is not None and random.random() < 0.5,
        domain=domain,
        domain_specified=domain.startswith('.'),
        domain_initial_dot=domain.startswith('.'),
        path=random.choice(['/', '/a', '/a b', '/é/"']),
        path_specified=random.random() < 0.5,
        secure=random.random() < 0.5,
        expires=expires,
        discard=expires is None or random.random() < 0.2,
        comment=random.choice([None, 'why not', '']),
        comment_url=random.choice([None, 'http://example.com/']),
        rest=random.choice([{}, {'HttpOnly': None}, {'HTTPOnly': ''}, {'SameSite': 'Lax', 'Foo': 'a b'}]),
    )


def write(folder):
    random.seed(1994)
    cases = []
    for i in range(60):
        jars = {name: cls(os.path.join(folder, f'{i}.{name}')) for name, cls in JARS.items()}
        for made in [cookie() for _ in range(random.randint(0, 6))]:
            for jar in jars.values():
                jar.set_cookie(made)
        for jar in jars.values():
            jar.save(**ALL)
        cases.append(shown(jars['lwp']))
    return cases


def read(name, texts):
    results = []
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, 'cookies')
        for text in texts:
            with open(path, 'w', newline='', encoding='utf-8') as file:
                file.write(text)
            jar = JARS[name](path)
            try:
                jar.load(**ALL)
            except LoadError:
                results.append(None)
                continue
            jar.save(**ALL)
            with open(path, encoding='utf-8', newline='') as file:
                results.append({'cookies': shown(jar), 'text': file.read()})
    return results


if sys.argv[1] == 'write':
    print(json.dumps(write(sys.argv[2])))
else:
    print(json.dumps(read(sys.argv[2], json.load(sys.stdin))))
