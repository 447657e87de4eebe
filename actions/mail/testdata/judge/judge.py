"""Reads each message N.eml of a folder with Python's email package and compares it
with N.json. Prints one line for each difference, and the number of messages."""

import base64
import email
import email.policy
import glob
import json
import os
import sys


def plain(text):
    return text.replace("\r\n", "\n").rstrip("\n")


def addresses(header):
    # Python puts a space between the encoded words of a name (cpython issue 128110).
    return [[a.display_name.replace(" ", ""), a.addr_spec] for a in header.addresses] if header else []


def content(part):
    if part.get_content_type() == "message/rfc822":
        inner = part.get_payload(0)
        return plain(inner.as_bytes().decode("utf-8", "replace"))
    data = part.get_content()
    return plain(data.decode("utf-8", "replace") if isinstance(data, bytes) else data)


def read(raw):
    message = email.message_from_bytes(raw, policy=email.policy.default)
    got = {"subject": message["Subject"], "value": message["X-Value"], "text": None, "html": None, "files": []}
    got["to"], got["cc"] = addresses(message["To"]), addresses(message["Cc"])
    faults = list(message.defects)
    for part in message.iter_attachments():
        got["files"].append([part.get_filename(), part.get_content_type(), content(part)])
        if part.get_content_type() == "message/rfc822" and part["Content-Transfer-Encoding"] not in ("7bit", "8bit"):
            faults.append("message/rfc822 in " + str(part["Content-Transfer-Encoding"]))
    for kind in ("plain", "html"):
        body = message.get_body((kind,))
        if body is not None:
            got["text" if kind == "plain" else "html"] = plain(body.get_content())
    for part in message.walk():
        faults += part.defects
        for value in part.values():
            faults += getattr(value, "defects", [])
    return got, faults


def lines(raw):
    header = raw.split(b"\r\n\r\n")[0]
    if b"\n" in raw.replace(b"\r\n", b"") or b"\r" in raw.replace(b"\r\n", b""):
        yield "a lone line break"
    for line in raw.split(b"\r\n"):
        if len(line) > 998:
            yield "a line of %d bytes" % len(line)
    for line in header.split(b"\r\n"):
        if b"=?utf-8?" in line and len(line) > 76:
            yield "a line of %d bytes with encoded words" % len(line)
        if line.rstrip() == b"Subject:" and b"\r\n " in header.split(line, 1)[1][:3]:
            yield "the first line of the subject is empty"


def main(folder):
    files = sorted(glob.glob(os.path.join(folder, "*.eml")))
    for path in files:
        with open(path, "rb") as f:
            raw = f.read()
        with open(path[:-3] + "json", encoding="utf-8") as f:
            want = json.load(f)
        got, faults = read(raw)
        for fault in faults + list(lines(raw)):
            print("%s: %s: %r" % (os.path.basename(path), want["name"], fault))
        for key in ("to", "cc"):
            want[key] = [[name.replace(" ", ""), address] for name, address in want[key]]
        for key in got:
            if got[key] != want[key]:
                print("%s: %s: %s is %r, want %r" % (os.path.basename(path), want["name"], key, got[key], want[key]))
    print("judged %d" % len(files))


main(sys.argv[1])
