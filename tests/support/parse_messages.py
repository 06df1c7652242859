"""Reads every *.eml of a folder with Python's email package and prints what a mail client would see, as JSON."""

import json
import sys
from email import policy
from email.parser import BytesParser
from pathlib import Path

seen = {}
for path in Path(sys.argv[1]).glob("*.eml"):
    message = BytesParser(policy=policy.default).parsebytes(path.read_bytes())
    leaves = [part for part in message.walk() if not part.is_multipart()]
    parts = {part.get_content_type(): part.get_content().replace("\r\n", "\n") for part in leaves}
    seen[path.name] = {
        "headers": [name for name, _ in message.items()],
        "subject": message["Subject"],
        "from": str(message["From"]),
        "to": [str(address) for address in message["To"].addresses],
        "message_id": message["Message-ID"],
        "date": message["Date"].datetime.isoformat(),
        "auto_submitted": message["Auto-Submitted"],
        "type": message.get_content_type(),
        "text": parts.get("text/plain"),
        "html": parts.get("text/html"),
        "defects": [str(defect) for part in message.walk() for defect in part.defects],
    }
json.dump(seen, sys.stdout)
