"""What spaCy's own EntityRuler finds: for each line {"patterns", "texts"} of stdin, one line of stdout.

And for a line {"regexes", "words"} what Python's re finds, as spaCy asks it.

Nothing of the canonicalizer is in here, so that its matcher is held against spaCy itself.
"""

import json
import re
import sys
import unicodedata
import warnings

import spacy
from spacy.pipeline import EntityRuler
from spacy.tokens import Doc

warnings.filterwarnings("ignore")
nlp = spacy.blank("en")
nlp.tokenizer = lambda text: Doc(nlp.vocab, words=text.split(" "))

for line in sys.stdin:
    request = json.loads(line)
    if "regexes" in request:
        found = [[bool(re.search(regex, word)) for word in request["words"]] for regex in request["regexes"]]
        print(json.dumps(found), flush=True)
        continue
    ruler = EntityRuler(nlp, validate=True)
    # One name for each, so that what matched can be told.
    ruler.add_patterns(
        [{"label": "P", "id": str(index), "pattern": pattern} for index, pattern in enumerate(request["patterns"])]
    )
    answers = []
    for words in request["texts"]:
        doc = Doc(nlp.vocab, words=words)
        found = ruler.match(doc)
        matches = sorted([int(ruler._ent_ids[key][1]), start, end] for key, start, end in found)
        doc = ruler(doc)
        chosen = [[entity.start, entity.end] for entity in doc.ents]
        # None: letters that are newer than this Python's Unicode.
        lexemes = [
            None
            if any(unicodedata.category(c) == "Cn" for c in t.text)
            else [t.lower_, t.shape_, len(t), t.is_digit, t.like_num, t.is_punct]
            for t in doc
        ]
        answers.append({"matches": matches, "chosen": chosen, "lexemes": lexemes})
    print(json.dumps(answers), flush=True)
