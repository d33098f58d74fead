"""Records what Python makes of response bodies: `python3 response-python.py > response-python.jsonl`.

json: a text and the message and position of json.loads' error, null when it is JSON. text: a charset, bytes in hexadecimal and
their text. lines: a text and its lines, bytes in hexadecimal and theirs. links: a Link header and `response.links`.
Left out is what the port does differently on purpose: NaN and Infinity.
"""

import json
import random

import requests
from requests.structures import CaseInsensitiveDict

random.seed(1)


def record(kind, given, expected):
    print(json.dumps({'kind': kind, 'given': given, 'expected': expected}, separators=(',', ':')))


VALID = ['{"a": [1, 2.5e3, "x\\n", null, true], "b": {"c": "\\u00e9\\ud83d\\ude00"}}', '[1,2,[3,{"k":"v"}]]', '"string"', ' {"a":1} ']
PIECES = ['{', '}', '[', ']', ',', ':', '"a"', '"', '\\', '1', '0', '-', '.', 'e', '1.5', '-1', '1e5', 'null', 'true', 'nul', ' ', '\n', '\t',
          '"\\n"', '"\\u00e9"', '"\\u12', '\\u12g4', '"\\x"', 'a', '\u00e9', '\x01', '\ufeff', '/', '"\\ud83d\\uZZZZ"', '+', 'E', '\\"']  # fmt: skip


def json_text():
    if random.random() < 0.5:
        return ''.join(random.choice(PIECES) for _ in range(random.randint(0, 10)))
    text = random.choice(VALID)
    for _ in range(random.randint(1, 3)):
        at = random.randint(0, len(text))
        text = random.choice([text[:at] + text[at + 1 :], text[:at] + random.choice(PIECES) + text[at:], text[:at]])
    return text


for _ in range(800):
    text = json_text()
    try:
        json.loads(text)
        record('json', text, None)
    except json.JSONDecodeError as error:
        record('json', text, [error.msg, error.pos, error.lineno, error.colno])

UNICODE = ['utf-8', 'utf-8-sig', 'ascii', 'iso-8859-1', 'utf-16', 'utf-16-le', 'utf-16-be', 'utf-32', 'utf-32-le', 'utf-32-be']
TABLES = ['cp1252', 'windows-1251', 'cp1250', 'iso8859-15', 'ISO-8859-2', 'koi8-r', 'cp437', 'iso8859-8', 'shift_jis', 'cp932', 'euc-jp',
          'gbk', 'gb2312', 'gb18030', 'euc-kr', 'cp949', 'iso-2022-jp', 'utf-7', 'Latin1', 'u8', '646', 'ujis', 'uhc', 'L1', 'Utf_8']  # fmt: skip
CHARACTERS = 'Hello, w\u00f6rld! \u041f\u0440\u0438 \u65e5\u672c\u8a9e\u30c6\u30b9\u30c8 \u4e2d\u56fd \ud55c\uad6d \u00f1\u20ac\u05e9 \U0001f600'
for charset in UNICODE + TABLES:
    for _ in range(6):
        data = ''.join(random.choice(CHARACTERS) for _ in range(random.randint(0, 16))).encode(charset, 'ignore')
        record('text', [charset, data.hex()], data.decode(charset, 'replace'))
for charset in UNICODE:
    for _ in range(30):
        data = bytearray(''.join(random.choice(CHARACTERS) for _ in range(random.randint(1, 8))).encode(charset, 'ignore'))
        for _ in range(random.randint(1, 3)):
            if data:
                data[random.randrange(len(data))] = random.randrange(256)
        if random.random() < 0.5:
            del data[-1:]
        record('text', [charset, data.hex()], data.decode(charset, 'replace'))

ENDS = ['a', 'b', '', '\n', '\r', '\r\n', '\v', '\f', '\x1c', '\x1d', '\x1e', '\x1f', '\x85', '\u2028', '\u2029', '\u00e9']
for _ in range(300):
    text = ''.join(random.choice(ENDS) for _ in range(random.randint(0, 12)))
    record('lines', text, [text.splitlines(), [line.hex() for line in text.encode().splitlines()]])

LINKS = ['<http://a/x>', '<y>', '; rel=next', '; rel="prev"', "; rel='last'", '; type="text/html"', ',', ', ', ';', ' ', '; a=b=c', '; bare', '<a,b>', 'x', '; title="a, b"']
for _ in range(150):
    header = ''.join(random.choice(LINKS) for _ in range(random.randint(0, 8)))
    response = requests.Response()
    response.headers = CaseInsensitiveDict({'link': header})
    record('links', header, response.links)
