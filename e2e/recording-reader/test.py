"""The reader on the committed test vectors, whole and with something done to them. Run by `run`."""

import json
import unittest
from pathlib import Path

import reader

VECTORS = Path(__file__).parents[2] / "recording/tests/vectors"


def read(name):
    path = VECTORS / name
    return path.read_bytes() if path.exists() else None


class Vectors(unittest.TestCase):
    def setUp(self):
        self.expected = json.loads(read("expected.json"))
        self.public = bytes.fromhex(self.expected["seal_public_key"])
        self.sealed = read("manifest-sealed.cose")
        self.manifest = reader.read_sealed(self.sealed, self.public)
        self.key = bytes.fromhex(self.expected["data_key"])

    def names(self):
        return [entry.object_name(self.manifest.recording) for entry in self.manifest.entries]

    def changed(self, change):
        """Reads with objects of which some are others; `change` is a dictionary of bytes by name."""
        return reader.read_recording(self.manifest, self.key, lambda name: change.get(name, read(name)))

    def test_all_records_are_read(self):
        rows = [(row["seq"], row["at_us"], row["kind"], row["key"], bytes.fromhex(row["payload"])) for row in self.expected["records"]]
        records = reader.read_recording(self.manifest, self.key, read)
        self.assertEqual([(one.seq, one.at_us, one.kind, one.key, one.payload) for one in records], rows)
        opened = reader.read_open(read("manifest-open.cbor"))
        self.assertEqual(reader.read_recording(opened, self.key, read), records)

    def test_whose_it_is(self):
        self.assertEqual(self.manifest.tenant, self.expected["tenant"])
        self.assertEqual(self.manifest.recording.hex(), self.expected["recording"])
        self.assertEqual(self.manifest.ending[0], 1)

    def test_the_key_is_unwrapped(self):
        wrapped = read("wrapped-key.cbor")
        name, key = self.expected["tenant_key_id"], bytes.fromhex(self.expected["tenant_key"])
        self.assertEqual(reader.unwrap(wrapped, name, key), self.key)
        for at in range(len(wrapped)):
            broken = bytearray(wrapped)
            broken[at] ^= 1
            with self.assertRaises(reader.Refused, msg=f"byte {at}"):
                reader.unwrap(bytes(broken), name, key)
        with self.assertRaises(reader.Refused):
            reader.check_key(self.manifest, key)

    def test_objects_that_are_others_are_refused(self):
        one, two, *_ = self.names()
        whole = read(two)
        for what, data in {
            "missing": None,
            "another's": read(one),
            "cut": whole[:-1],
            "longer": whole + b"\0",
            "changed": whole[:-1] + bytes([whole[-1] ^ 1]),
        }.items():
            with self.subTest(what), self.assertRaisesRegex(reader.Refused, "1-2"):
                self.changed({two: data})

    def test_every_changed_byte_of_the_manifest_is_refused(self):
        for at in range(len(self.sealed)):
            broken = bytearray(self.sealed)
            broken[at] ^= 1
            with self.assertRaises(reader.Refused, msg=f"byte {at}"):
                reader.read_sealed(bytes(broken), self.public)

    def test_an_open_manifest_in_disorder_is_refused(self):
        head, entries, ending = reader.decode(read("manifest-open.cbor"))
        for what, rows in {
            "one left out": entries[:1] + entries[2:],
            "an epoch left out": entries[3:],
            "one twice": entries[:2] + entries[1:],
            "two swapped": [entries[1], entries[0], *entries[2:]],
        }.items():
            with self.subTest(what), self.assertRaises(reader.Refused):
                reader.read_open(reader.cbor2.dumps([head, rows, ending], canonical=True))


if __name__ == "__main__":
    unittest.main(verbosity=2)
