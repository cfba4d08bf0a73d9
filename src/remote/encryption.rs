//! The forms of TLS that the option `sslmode` names, as libpq has them: `prefer` and `require` encrypt and verify nobody,
//! `verify-ca` wants a certificate that a trusted authority vouches for, `verify-full` also one of the server's name. The
//! authorities are those of the option `root_certificate`, otherwise those that the operating system trusts. The option holds
//! the certificates themselves: a file would be read with the rights of the server's process.

use super::login::Encryption;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};
use std::sync::Arc;

/// How a server's certificate is looked at.
#[derive(Debug)]
struct LenientVerifier {
    provider: Arc<CryptoProvider>,
    /// Verifies all but the name; `None` verifies nothing.
    chain: Option<Arc<WebPkiServerVerifier>>,
}

impl ServerCertVerifier for LenientVerifier {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let Some(chain) = &self.chain else {
            return Ok(ServerCertVerified::assertion());
        };
        match chain.verify_server_cert(certificate, intermediates, name, response, now) {
            Err(Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) => Ok(ServerCertVerified::assertion()),
            outcome => outcome,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}

/// The configuration for a mode. `root_certificate` is PEM.
pub(super) fn configuration(
    encryption: Encryption,
    root_certificate: Option<&str>,
) -> Result<ClientConfig, String> {
    let provider = Arc::new(ring::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?;
    if encryption == Encryption::VerifyFull {
        return Ok(builder
            .with_root_certificates(trusted_roots(root_certificate)?)
            .with_no_client_auth());
    }
    let chain = match encryption {
        Encryption::VerifyCa => {
            let roots = Arc::new(trusted_roots(root_certificate)?);
            let verifier = WebPkiServerVerifier::builder_with_provider(roots, Arc::clone(&provider)).build();
            Some(verifier.map_err(|error| error.to_string())?)
        }
        _ => None,
    };
    let verifier = Arc::new(LenientVerifier { provider, chain });
    Ok(builder
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth())
}

/// The given authorities, or those that the operating system trusts.
fn trusted_roots(root_certificate: Option<&str>) -> Result<RootCertStore, String> {
    let mut roots = RootCertStore::empty();
    if let Some(pem) = root_certificate {
        for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
            let certificate = certificate
                .map_err(|error| format!("The option \"root_certificate\" is not PEM: {error}."))?;
            roots.add(certificate).map_err(|error| {
                format!("The option \"root_certificate\" has a bad certificate: {error}.")
            })?;
        }
        return match roots.is_empty() {
            true => Err("The option \"root_certificate\" has no certificate.".into()),
            false => Ok(roots),
        };
    }
    for certificate in rustls_native_certs::load_native_certs().certs {
        // One that rustls cannot read vouches for nobody.
        let _ = roots.add(certificate);
    }
    Ok(roots)
}
