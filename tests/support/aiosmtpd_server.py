"""A real mail server for tests: TLS at once on one port, STARTTLS on another, a login on both.

Usage: aiosmtpd_server.py FOLDER. Prints "SMTPS_PORT SMTP_PORT" when it is ready, or one line that says what is missing.
Messages go to FOLDER/N.eml. Ends when its standard input does.
"""

import asyncio
import ssl
import subprocess
import sys
from pathlib import Path

try:
    from aiosmtpd.smtp import SMTP, AuthResult
except ImportError:
    print("aiosmtpd is missing: pip install aiosmtpd, or apt-get install python3-aiosmtpd")
    sys.exit(1)

FOLDER = Path(sys.argv[1])


def openssl(*arguments):
    try:
        subprocess.run(["openssl", *arguments], cwd=FOLDER, check=True, capture_output=True)
    except FileNotFoundError:
        print("openssl is missing: apt-get install openssl")
        sys.exit(1)


def certificates():
    """A private authority and a certificate of 127.0.0.1 and localhost."""
    key = ["-newkey", "rsa:2048", "-nodes"]
    openssl("req", "-x509", *key, "-keyout", "ca.key", "-out", "ca.pem", "-days", "2", "-subj", "/CN=test authority")
    openssl("req", *key, "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=localhost")
    (FOLDER / "san").write_text("subjectAltName=DNS:localhost,IP:127.0.0.1\nbasicConstraints=CA:FALSE\n")
    signing = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2", "-extfile", "san"]
    openssl("x509", "-req", "-in", "server.csr", *signing, "-out", "server.pem")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(FOLDER / "server.pem", FOLDER / "server.key")
    return context


class Keeper:
    count = 0

    async def handle_DATA(self, server, session, envelope):
        Keeper.count += 1
        (FOLDER / f"{Keeper.count}.eml").write_bytes(envelope.original_content)
        (FOLDER / f"{Keeper.count}.to").write_text("\n".join(envelope.rcpt_tos))
        return "250 kept"


def login(server, session, envelope, mechanism, data):
    good = (data.login, data.password) == (b"ops", b"hunter2")
    return AuthResult(success=good, handled=False)


async def main():
    context = certificates()
    shared = {"authenticator": login, "auth_required": True}

    def over_tls():
        return SMTP(Keeper(), auth_require_tls=False, **shared)

    def over_starttls():
        return SMTP(Keeper(), tls_context=context, require_starttls=True, **shared)

    loop = asyncio.get_running_loop()
    smtps = await loop.create_server(over_tls, "127.0.0.1", 0, ssl=context)
    smtp = await loop.create_server(over_starttls, "127.0.0.1", 0)
    print(*(server.sockets[0].getsockname()[1] for server in (smtps, smtp)), flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


asyncio.run(main())
