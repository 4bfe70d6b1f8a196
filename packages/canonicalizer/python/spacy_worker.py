"""spaCy as a child of a Node.js program: one JSON object a line on stdin, one answer a line on stdout.

    spacy_worker.py MODEL START_SECONDS REQUEST_SECONDS     a package or a path; how long each may take

It says first what it is:   {"ready": {"model", "modelVersion", "spacy", "python"}}
    {"id", "patterns": [...]}  ->  {"id", "ok": true} | {"id", "more": true} | {"id", "refused": {"pattern"?: index, "reason"}}
    {"id", "load": true}       ->  the same: the next slice of these patterns, until none is left
    {"id", "texts": [[word]]}  ->  {"id", "answers": [{"m": [pattern, start, end, ...], "h": [...]} | {"failed": type}]}

Offsets count tokens, and the tokens are the words that were sent: they are counted in no other way here. "m" are the
entities that EntityRuler set, "h" what Matcher, PhraseMatcher and DependencyMatcher found for the hints, all of it.
It ends when stdin does, so it does not outlive its parent. Nothing of a text goes into an error.
"""
import os
import signal
import sys

# A stop is the parent's to decide: Ctrl-C at a terminal goes to the whole group.
signal.signal(signal.SIGINT, signal.SIG_IGN)
# Questions are short: more threads only wait for each other.
for library in ("OMP", "OPENBLAS", "MKL", "BLIS"):
    os.environ[f"{library}_NUM_THREADS"] = "1"

# stdout is for answers only: whatever a library prints, in Python or in C, goes to stderr.
answers = os.fdopen(os.dup(1), "wb", buffering=0)
os.dup2(2, 1)
requests = os.fdopen(os.dup(0), "rb")
os.dup2(os.open(os.devnull, os.O_RDONLY), 0)


def limit_time(seconds):
    """By the kernel, whose SIGALRM ends this process even inside C: the parent, that would kill it, may be gone."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, seconds)


model, start_seconds, request_seconds = sys.argv[1], float(sys.argv[2]), float(sys.argv[3])
limit_time(start_seconds)

import json  # noqa: E402
import platform  # noqa: E402
import time  # noqa: E402

import spacy  # noqa: E402
from spacy.matcher import DependencyMatcher, Matcher, PhraseMatcher  # noqa: E402
from spacy.pipeline import EntityRuler  # noqa: E402
from spacy.tokens import Doc  # noqa: E402

# What in a hint asks for a part of the pipeline that not every hint needs.
asked_by = {"ner": ["ENT_"], "parser": ["DEP", "SENT_START", "IS_SENT_START", "REL_OP"]}
# A hint pattern that matches everywhere must not make an answer without end.
MAX_HINTS = 5_000
# Patterns are loaded so long at a time: a question that comes meanwhile waits no longer than for that.
SLICE_SECONDS = 0.04
# Phrases are taken by EntityRuler many at a time, which is faster.
PHRASES_AT_ONCE = 50


class PatternRuler(EntityRuler):
    """EntityRuler takes any of several matches of the same tokens; this one that of the pattern that stands first."""

    def match(self, doc):
        def rank(match):
            key, start, end = match
            return start - end, start, int(self._ent_ids[key][1])

        return sorted(super().match(doc), key=rank)


class Refused(Exception):
    """A pattern that spaCy does not take: its index, and why."""


class Patterns:
    """One set: made aside, in steps, and swapped in as a whole. An entry has kind, hint and pattern."""

    def __init__(self):
        self.hints = []
        self.disabled = []
        self.ruler = ()

    def load(self, blank, entries):
        """Goes on each time it is asked for its next; at its end the set is ready to match."""
        vocab = blank.vocab
        self.ruler = PatternRuler(blank, overwrite_ents=True, validate=True)
        hints = {
            "tokens": Matcher(vocab, validate=True),
            "phrase": PhraseMatcher(vocab),
            "dependency": DependencyMatcher(vocab, validate=True),
        }
        phrases = []
        for index, entry in enumerate(entries):
            yield
            kind, pattern = entry["kind"], entry["pattern"]
            ruled = {"label": "_", "pattern": pattern, "id": str(index)}
            try:
                if entry["hint"]:
                    hints[kind].add(str(index), [blank.make_doc(pattern) if kind == "phrase" else pattern])
                elif kind == "phrase":
                    phrases.append(ruled)
                else:
                    self.ruler.add_patterns([ruled])
            except Exception as error:
                raise Refused(index, str(error)) from error
        for first in range(0, len(phrases), PHRASES_AT_ONCE):
            self.ruler.add_patterns(phrases[first : first + PHRASES_AT_ONCE])
            yield
        self.hints = [matcher for matcher in hints.values() if len(matcher) > 0]
        # Each part of the pipeline takes its time: what no hint asks for is left out, and all of it without hints.
        asked = json.dumps([entry["pattern"] for entry in entries if entry["hint"]])
        self.disabled = [part for part, words in asked_by.items() if not any(f'"{word}' in asked for word in words)]

    def find_hints(self, doc):
        names = doc.vocab.strings
        for matcher in self.hints:
            for found in matcher(doc):
                # A match of DependencyMatcher is a list of tokens in the order of the pattern.
                start, end = (min(found[1]), max(found[1]) + 1) if len(found) == 2 else found[1:]
                yield int(names[found[0]]), start, end

    def find_entities(self, doc):
        doc.ents = ()  # those of ner were for the hints
        self.ruler(doc)
        for entity in doc.ents:
            yield int(entity.ent_id_), entity.start, entity.end

    def analyse(self, nlp, texts):
        docs = [Doc(nlp.vocab, words=words) for words in texts]
        if self.hints:
            docs = nlp.pipe(docs, batch_size=len(texts), disable=self.disabled)
        for doc in docs:
            hints = [number for hint, _ in zip(self.find_hints(doc), range(MAX_HINTS)) for number in hint]
            matches = [number for match in self.find_entities(doc) for number in match] if len(self.ruler) > 0 else []
            yield {"m": matches, "h": hints}


def analyse(nlp, patterns, texts):
    try:
        # Words that were never seen before are forgotten with the batch; otherwise every new one would stay for ever.
        with nlp.memory_zone():
            return list(patterns.analyse(nlp, texts))
    except Exception as error:
        if len(texts) == 1:
            return [{"failed": type(error).__name__}]
    return [analyse(nlp, patterns, [text])[0] for text in texts]


class Loading:
    """A set on its way; its patterns are good once load_slice answered "ok"."""

    def __init__(self, blank, entries):
        self.patterns = Patterns()
        self.steps = self.patterns.load(blank, entries)

    def load_slice(self):
        """What to answer."""
        end = time.monotonic() + SLICE_SECONDS
        try:
            for _ in self.steps:
                if time.monotonic() > end:
                    return {"more": True}
            return {"ok": True}
        except Refused as refused:
            index, reason = refused.args
            return {"refused": {"pattern": index, "reason": reason}}
        except Exception as error:
            return {"refused": {"reason": f"{type(error).__name__}: {error}"}}


def send(answer):
    answers.write(json.dumps(answer, separators=(",", ":")).encode() + b"\n")


def main():
    nlp = spacy.load(model)
    if not hasattr(nlp, "memory_zone"):
        sys.exit(f"spaCy {spacy.__version__} is too old: 3.8 or newer is needed")
    # What reads phrases: their words are parted as those of questions are.
    blank = spacy.blank("en", vocab=nlp.vocab)
    blank.tokenizer = lambda text: Doc(nlp.vocab, words=text.split(" "))
    patterns = Patterns()
    loading = None
    name, version = f"{nlp.meta['lang']}_{nlp.meta['name']}", nlp.meta["version"]
    versions = {"modelVersion": version, "spacy": spacy.__version__, "python": platform.python_version()}
    send({"ready": {"model": name, **versions}})
    while True:
        limit_time(0)
        line = requests.readline()
        if not line.endswith(b"\n"):
            return  # the end of stdin: the parent is gone, or wants this to go
        request = json.loads(line)
        if "texts" in request:
            limit_time(request_seconds)
            answer = {"answers": analyse(nlp, patterns, request["texts"])}
        else:
            limit_time(start_seconds)
            loading = Loading(blank, request["patterns"]) if "patterns" in request else loading
            answer = loading.load_slice()
            if "ok" in answer:
                patterns = loading.patterns
            if "more" not in answer:
                loading = None
        send({"id": request["id"], **answer})


main()
