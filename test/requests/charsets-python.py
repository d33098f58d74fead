"""Prints, as JSON, Python's text codecs: by each name and alias the text of all 256 bytes for single-byte charsets, else null."""

import codecs
import encodings
import importlib
import json
import pkgutil
from encodings.aliases import aliases

texts = {}
for module in sorted(module.name for module in pkgutil.iter_modules(encodings.__path__)):
    try:
        if not codecs.lookup(module)._is_text_encoding:
            continue
    except LookupError:
        continue
    made_of_a_table = hasattr(importlib.import_module(f"encodings.{module}"), "decoding_table")
    is_single = made_of_a_table or module in ("ascii", "latin_1", "charmap")
    texts[module] = bytes(range(256)).decode(module, "replace") if is_single else None

names = {}
for name in [*texts, *aliases]:
    try:
        codecs.lookup(name)
    except LookupError:
        names[name] = False
        continue
    module = name if name in texts else aliases[name]
    if module in texts:
        names[name] = texts[module]
print(json.dumps(names))
