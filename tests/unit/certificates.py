"""Certificates for receivers on this machine."""

import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

PLAIN = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()


class Certificates:
    """Each signs itself; `client` trusts them all."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._trust = ssl.create_default_context()
        self.asked_for: list[str | None] = []  # the names that clients sent in the clear (SNI)

    def client(self) -> ssl.SSLContext:
        return self._trust

    def server(self, name: str) -> ssl.SSLContext:
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = _certificate(name, key).public_bytes(serialization.Encoding.PEM)
        path = self._directory / f"{name}.pem"
        path.write_bytes(certificate + key.private_bytes(*PLAIN))
        self._trust.load_verify_locations(cadata=certificate.decode())
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(path)
        context.sni_callback = lambda _socket, asked_for, _context: self.asked_for.append(asked_for)
        return context


def _certificate(name: str, key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    alternative = x509.DNSName(name) if name[-1].isalpha() else x509.IPAddress(ip_address(name))
    return builder.add_extension(x509.SubjectAlternativeName([alternative]), critical=False).sign(
        key, hashes.SHA256()
    )
