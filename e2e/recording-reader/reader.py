"""A reader of recordings, written from docs/recording-format.md and sharing no line with the crate that writes them.

It checks all that the page asks for, and is made to be read rather than to be fast. It fetches nothing: files come in as bytes.
"""

from dataclasses import dataclass
from hashlib import sha256

import cbor2
from cryptography.hazmat.primitives.keywrap import aes_key_unwrap
from pycose.algorithms import CoseAlgorithm, EdDSA
from pycose.keys import OKPKey, SymmetricKey
from pycose.keys.curves import Ed25519 as Ed25519Curve
from pycose.messages import Enc0Message, Sign1Message

A256GCM, SHA_256, ED25519, A256KW = 3, -16, -19, -5
ALG, KID, IV = 1, 4, 5
NUMBER_MAX = 2**53 - 1
KINDS = {6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 21, 23, 24, 1000}


@CoseAlgorithm.register_attribute()
class Ed25519(EdDSA):
    """EdDSA with the curve in its number (RFC 9864), which the library does not know yet."""

    identifier = ED25519
    fullname = "ED25519_SIGNATURE"


class Refused(Exception):
    """Something is not as the page says."""


def must(holds, what):
    if not holds:
        raise Refused(what)


@dataclass(frozen=True)
class Entry:
    epoch: int
    number: int
    first_seq: int
    last_seq: int
    first_us: int
    last_us: int
    first_key: tuple | None
    plain_bytes: int
    object_bytes: int
    digest: bytes

    def object_name(self, recording):
        return f"{recording.hex()}/{self.epoch}-{self.number}"


@dataclass(frozen=True)
class Record:
    seq: int
    at_us: int
    kind: int
    key: bool
    payload: bytes


@dataclass(frozen=True)
class Manifest:
    tenant: str
    recording: bytes
    key_check: bytes
    started_at: int
    entries: list
    ending: tuple | None


def plain(value):
    """Arrays of the library as lists, whatever it makes of them."""
    return [plain(item) for item in value] if isinstance(value, (list, tuple)) else value


def decode(data):
    """Deterministic CBOR and nothing behind it."""
    try:
        value = cbor2.loads(data)
    except Exception as error:
        raise Refused(f"no CBOR: {error}") from error
    must(cbor2.dumps(value, canonical=True) == data, "not in the one form")
    return plain(value)


def fields(value, count, what):
    must(isinstance(value, list) and len(value) == count, what)
    return value


def numbers(*values):
    must(all(type(value) is int and 0 <= value <= NUMBER_MAX for value in values), "a number")


def check_header(data, tag, expected):
    """The protected header's bytes are those that we would write, and no other header is there."""
    outer = cbor2.loads(data)
    must(outer.tag == tag and cbor2.dumps(outer, canonical=True) == data, "not in the one form")
    protected, unprotected = outer.value[0], outer.value[1]
    must(not unprotected and protected == cbor2.dumps(expected, canonical=True), "the header")


def read_manifest(data):
    head, rows, ending = fields(decode(data), 3, "a manifest")
    version, tenant, recording, cipher, hash_, key_check, started_at = fields(head, 7, "a head")
    must(version == 1, "the version")
    must((cipher, hash_) == (A256GCM, SHA_256), "an algorithm")
    must(type(recording) is type(key_check) is bytes and (len(recording), len(key_check)) == (16, 32), "the head")
    numbers(started_at)
    entries, link = [], sha256(b"cobrowse recording chain\0" + cbor2.dumps(head, canonical=True)).digest()
    for row in rows:
        *row, stated = fields(row, 11, "an entry")
        link = sha256(b"cobrowse recording chain\0" + link + b"".join(cbor2.dumps(item, canonical=True) for item in row)).digest()
        entry = Entry(*row[:6], tuple(row[6]) if row[6] else None, *row[7:])
        follows(entries, entry)
        must(stated == link, f"the chain at {entry.epoch}-{entry.number}")
        entries.append(entry)
    if ending is not None:
        outcome, at = fields(ending, 2, "an ending")
        must(outcome in (1, 2, 3, 4), "an outcome")
        numbers(at)
    return Manifest(tenant, recording, key_check, started_at, entries, tuple(ending) if ending else None)


def follows(before, entry):
    """The five things that must hold of an entry, but for its link."""
    where = f"{entry.epoch}-{entry.number}"
    numbers(entry.epoch, entry.number, entry.first_seq, entry.last_seq, entry.first_us, entry.last_us, entry.plain_bytes, entry.object_bytes)
    must(1 <= entry.epoch < 2**32 and 1 <= entry.number <= 65_536, f"the position {where}")
    must(1 <= entry.first_seq <= entry.last_seq and entry.first_us <= entry.last_us, f"the range of {where}")
    if entry.first_key:
        seq, us = entry.first_key
        must(entry.first_seq <= seq <= entry.last_seq and entry.first_us <= us <= entry.last_us, f"the key of {where}")
    last = before[-1] if before else None
    expected = last.number + 1 if last and last.epoch == entry.epoch else 1
    must(not last or last.epoch <= entry.epoch, f"the order at {where}")
    must(entry.number == expected, f"{entry.epoch}-{expected} is missing or {where} is there twice")
    if last:
        must(entry.first_seq == last.last_seq + 1, f"events before {where}")
        must(entry.first_us >= last.last_us, f"the time of {where}")


def read_open(data):
    manifest = read_manifest(data)
    must(manifest.ending is None, "an ending without a signature")
    return manifest


def read_sealed(data, public_key):
    try:
        message = Sign1Message.decode(data)
    except Exception as error:
        raise Refused(f"no COSE_Sign1: {error}") from error
    check_header(data, 18, {ALG: ED25519, KID: sha256(public_key).digest()[:8]})
    message.external_aad = b"cobrowse recording manifest"
    message.key = OKPKey(crv=Ed25519Curve, x=public_key)
    must(message.verify_signature(), "the signature")
    manifest = read_manifest(message.payload)
    must(manifest.ending is not None, "a signature without an ending")
    return manifest


def unwrap(data, tenant_key_id, tenant_key):
    layout, algorithm, name, wrapped = fields(decode(data), 4, "a wrapped key")
    must(layout == 1, "the layout of a wrapped key")
    must(algorithm == A256KW, "a key service must unwrap it")
    must(name == tenant_key_id, f"wrapped by {name}")
    try:
        return aes_key_unwrap(tenant_key, wrapped)
    except Exception as error:
        raise Refused("not what the tenant's key wrapped") from error


def check_key(manifest, data_key):
    must(sha256(b"cobrowse recording key\0" + data_key).digest() == manifest.key_check, "the data key is another one's")


def open_object(manifest, entry, data_key, data):
    where = f"{entry.epoch}-{entry.number}"
    must(data is not None, f"{where} is missing")
    must(len(data) == entry.object_bytes and sha256(data).digest() == entry.digest, f"{where} is not what was written")
    message = Enc0Message.decode(data)
    nonce = entry.epoch.to_bytes(4, "big") + entry.number.to_bytes(8, "big")
    check_header(data, 16, {ALG: A256GCM, KID: manifest.recording, IV: nonce})
    message.external_aad = cbor2.dumps(
        ["cobrowse recording segment", 1, manifest.tenant, manifest.recording, entry.epoch, entry.number, entry.first_seq, entry.last_seq]
    )
    message.key = SymmetricKey(k=data_key)
    try:
        segment = message.decrypt()
    except Exception as error:
        raise Refused(f"{where} cannot be opened") from error
    must(len(segment) == entry.plain_bytes, f"the length of {where}")
    return read_segment(entry, segment)


def read_segment(entry, data):
    layout, first_seq, at_us, rows = fields(decode(data), 4, "a segment")
    must(layout == 1, "the layout of a segment")
    must(first_seq == entry.first_seq and at_us == entry.first_us, "where a segment begins")
    must(1 <= len(rows) <= 16_384, "the number of records")
    records, seq = [], first_seq - 1
    for row in rows:
        step, us, kind, key, payload = fields(row, 5, "a record")
        numbers(step, us, kind, key)
        must(step >= 1 and kind in KINDS and key in (0, 1) and (not key or kind == 6), "a record")
        must(len(payload) <= (4 << 20 if kind == 6 else 0 if kind == 1000 else 256 << 10), "the length of a record")
        seq, at_us = seq + step, at_us + us
        records.append(Record(seq, at_us, kind, bool(key), payload))
    keys = [(record.seq, record.at_us) for record in records if record.key]
    must(records[0].at_us == entry.first_us, "the first time")
    must((seq, at_us) == (entry.last_seq, entry.last_us), "where a segment ends")
    must(entry.first_key == (keys[0] if keys else None), "the first key picture")
    return records


def read_recording(manifest, data_key, fetch):
    """All records. `fetch` gives an object's bytes by its name, or None."""
    check_key(manifest, data_key)
    objects = ((entry, fetch(entry.object_name(manifest.recording))) for entry in manifest.entries)
    return [record for entry, data in objects for record in open_object(manifest, entry, data_key, data)]
