//! Looks whether a server asks for a password.
//!
//! The client library does not say so. What the server sends up to the end of the authentication is read along: messages of
//! a letter, a length and a number, which says what the server wants (0: nothing any more).

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_postgres::tls::{ChannelBinding, TlsConnect, TlsStream};

/// The numbers by which a server asks for a password: in clear text, as MD5, by SASL.
const PASSWORD_REQUESTS: [u32; 3] = [3, 5, 10];

/// The longest message that is read along.
const LONGEST: usize = 64 * 1024;

/// A stream whose beginning is read along.
pub(super) struct WatchedStream<S> {
    stream: S,
    watch: AuthenticationWatch,
}

struct AuthenticationWatch {
    /// Whether the answer to the question for TLS comes first, a single letter.
    awaits_answer: bool,
    is_over: bool,
    beginning: Vec<u8>,
    was_asked: Arc<AtomicBool>,
}

impl AuthenticationWatch {
    fn see(&mut self, bytes: &[u8]) {
        if self.is_over {
            return;
        }
        self.beginning.extend_from_slice(bytes);
        if self.awaits_answer && !self.beginning.is_empty() {
            // After yes, the rest of this stream is encrypted; it is watched where it is not.
            self.is_over = self.beginning[0] == b'S';
            self.awaits_answer = false;
            self.beginning.remove(0);
        }
        while !self.is_over && self.beginning.len() >= 9 {
            let number = |at: usize| {
                let bytes = self
                    .beginning
                    .get(at..at + 4)
                    .and_then(|bytes| bytes.try_into().ok());
                u32::from_be_bytes(bytes.unwrap_or_default())
            };
            let (length, request) = (number(1) as usize + 1, number(5));
            if self.beginning[0] != b'R' || request == 0 || !(9..LONGEST).contains(&length) {
                self.is_over = true;
                break;
            }
            if PASSWORD_REQUESTS.contains(&request) {
                self.was_asked.store(true, Ordering::Relaxed);
            }
            if self.beginning.len() < length {
                break;
            }
            self.beginning.drain(..length);
        }
    }
}

impl<S> WatchedStream<S> {
    /// Watches a stream; `awaits_answer`: the client asks for TLS first.
    pub(super) fn new(stream: S, was_asked: Arc<AtomicBool>, awaits_answer: bool) -> Self {
        Self {
            stream,
            watch: AuthenticationWatch {
                awaits_answer,
                is_over: false,
                beginning: Vec::new(),
                was_asked,
            },
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for WatchedStream<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let outcome = Pin::new(&mut self.stream).poll_read(context, buffer);
        self.watch.see(&buffer.filled()[before..]);
        outcome
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for WatchedStream<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

impl<S: TlsStream + Unpin> TlsStream for WatchedStream<S> {
    fn channel_binding(&self) -> ChannelBinding {
        self.stream.channel_binding()
    }
}

/// Makes encrypted streams that are watched.
pub(super) struct WatchedTls<C> {
    pub(super) tls: C,
    pub(super) was_asked: Arc<AtomicBool>,
}

impl<S, C> TlsConnect<S> for WatchedTls<C>
where
    C: TlsConnect<S>,
    C::Future: Send + 'static,
    C::Stream: 'static,
    C::Error: 'static,
{
    type Stream = WatchedStream<C::Stream>;
    type Error = C::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Stream, Self::Error>> + Send>>;

    fn connect(self, stream: S) -> Self::Future {
        let (future, was_asked) = (self.tls.connect(stream), self.was_asked);
        Box::pin(async move { Ok(WatchedStream::new(future.await?, was_asked, false)) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn was_asked(awaits_answer: bool, pieces: &[&[u8]]) -> bool {
        let asked = Arc::new(AtomicBool::new(false));
        let mut stream = WatchedStream::new((), Arc::clone(&asked), awaits_answer);
        for piece in pieces {
            stream.watch.see(piece);
        }
        asked.load(Ordering::Relaxed)
    }

    const OK: &[u8] = b"R\0\0\0\x08\0\0\0\0";
    const SCRAM: &[u8] = b"R\0\0\0\x17\0\0\0\x0aSCRAM-SHA-256\0\0";

    #[test]
    fn a_request_is_seen_in_any_pieces() {
        assert!(was_asked(false, &[SCRAM, OK]));
        for cut in 1..SCRAM.len() {
            assert!(was_asked(true, &[b"N", &SCRAM[..cut], &SCRAM[cut..], OK]));
        }
        assert!(was_asked(false, &[b"R\0\0\0\x0c\0\0\0\x05salt"]));
        assert!(was_asked(false, &[b"R\0\0\0\x08\0\0\0\x03"]));
    }

    #[test]
    fn nothing_after_the_authentication_counts() {
        assert!(!was_asked(false, &[OK, SCRAM]));
        assert!(!was_asked(true, &[b"N", OK]));
        // Bytes of TLS mean nothing.
        assert!(!was_asked(true, &[b"S", SCRAM]));
        assert!(!was_asked(false, &[b"E\0\0\0\x09\0\0\0\x0a", SCRAM]));
    }
}
