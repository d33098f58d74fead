"""Writes src/requests/bodies/text/python-charsets.ts: the names of Python's text codecs, and the characters of those
single-byte charsets that iconv-lite lacks or reads differently. `python3 scripts/python-charsets.py`, with Python 3.11 or newer."""

import codecs
import encodings
import json
import pathlib
import pkgutil
import unicodedata
from encodings.aliases import aliases

TARGET = pathlib.Path(__file__).parent.parent / "src/requests/bodies/text/python-charsets.ts"

TABLES = (
    "cp037 cp1006 cp1026 cp1140 cp1255 cp273 cp424 cp500 cp875 kz1048 mac_arabic mac_croatian mac_cyrillic mac_farsi "
    "mac_greek mac_iceland mac_latin2 mac_roman mac_romanian mac_turkish palmos ptcp154 tis_620"
).split()

HEADER = """\
/** Made by scripts/python-charsets.py; do not edit. */

"""


def text_codecs():
    for module in sorted(module.name for module in pkgutil.iter_modules(encodings.__path__)):
        try:
            # Those of Windows are not there on other systems.
            if codecs.lookup(module)._is_text_encoding:
                yield module
        except LookupError:
            pass


def literal(text):
    """`text` in quotes, with escapes for what has no shape of its own or changes the direction of the line."""
    shown = "".join(
        char if char.isprintable() and char != "\ufffd" and unicodedata.bidirectional(char) in ("L", "ON", "EN", "ET", "ES", "CS", "WS") and
        not unicodedata.combining(char) and char not in "\\'"
        else f"\\u{ord(char):04x}"
        for char in text
    )
    return f"'{shown}'"


def table(name):
    text = bytes(range(256)).decode(name, "replace")
    return text[128:] if text[:128].encode() == bytes(range(128)) else text


def main():
    # Python compares in lower case, and so never finds `csHPRoman8`.
    names = {
        name: sorted(alias for alias, of in aliases.items() if of == name and alias == alias.lower()) for name in text_codecs()
    }
    lines = [HEADER]
    lines.append("/** Python's text codecs and their aliases, as `charsets.ts` spells them. */\n")
    lines.append("export const PYTHON_CODECS: Readonly<Record<string, string>> = {\n")
    lines += [f"  {name}: {json.dumps(' '.join(names[name]))},\n".replace('"', "'") for name in names]
    lines.append("};\n\n")
    lines.append("/** The characters of all 256 bytes, or of the upper 128 where the lower ones are ASCII. */\n")
    lines.append("export const SINGLE_BYTE_TABLES: Readonly<Record<string, string>> = {\n")
    lines += [f"  {name}:\n    {literal(table(name))},\n" for name in TABLES]
    lines.append("};\n")
    TARGET.write_text("".join(lines), encoding="utf-8")


main()
