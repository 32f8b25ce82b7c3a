//! Keeps the SDK's spans from changing what it does.
//!
//! The SDK draws a number for each of its debug spans from the generator that its jitter comes
//! from, so that turning the log level up would move its back-offs. In virtual time its spans are
//! therefore off, whatever the level; its events stay.

use std::future::Future;

use tracing::dispatcher::{self, Dispatch};
use tracing::instrument::WithSubscriber;
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::{Interest, NoSubscriber};
use tracing::{Event, Metadata, Subscriber};

/// Runs `work` with the current subscriber, less the spans of the SDK.
pub async fn without_sdk_spans<F: Future>(work: F) -> F::Output {
    let inner = dispatcher::get_default(Clone::clone);
    // Nobody listens, and every further subscriber has all spans of the process looked at again.
    if inner.is::<NoSubscriber>() {
        return work.await;
    }
    work.with_subscriber(Dispatch::new(WithoutSdkSpans { inner }))
        .await
}

struct WithoutSdkSpans {
    inner: Dispatch,
}

fn is_sdk_span(metadata: &Metadata<'_>) -> bool {
    metadata.is_span() && metadata.target().starts_with("aws_")
}

impl Subscriber for WithoutSdkSpans {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        !is_sdk_span(metadata) && self.inner.enabled(metadata)
    }

    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        if is_sdk_span(metadata) {
            Interest::never()
        } else {
            self.inner.register_callsite(metadata)
        }
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        self.inner.new_span(span)
    }

    fn record(&self, span: &Id, values: &Record<'_>) {
        self.inner.record(span, values);
    }

    fn record_follows_from(&self, span: &Id, follows: &Id) {
        self.inner.record_follows_from(span, follows);
    }

    fn event(&self, event: &Event<'_>) {
        self.inner.event(event);
    }

    fn enter(&self, span: &Id) {
        self.inner.enter(span);
    }

    fn exit(&self, span: &Id) {
        self.inner.exit(span);
    }

    fn clone_span(&self, id: &Id) -> Id {
        self.inner.clone_span(id)
    }

    fn try_close(&self, id: Id) -> bool {
        self.inner.try_close(id)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[derive(Clone, Default)]
    struct CountsAll(Arc<AtomicUsize>);

    impl Subscriber for CountsAll {
        fn enabled(&self, _: &Metadata<'_>) -> bool {
            true
        }
        fn new_span(&self, _: &Attributes<'_>) -> Id {
            self.0.fetch_add(1, Ordering::Relaxed);
            Id::from_u64(1)
        }
        fn record(&self, _: &Id, _: &Record<'_>) {}
        fn record_follows_from(&self, _: &Id, _: &Id) {}
        fn event(&self, _: &Event<'_>) {
            self.0.fetch_add(100, Ordering::Relaxed);
        }
        fn enter(&self, _: &Id) {}
        fn exit(&self, _: &Id) {}
    }

    #[tokio::test]
    async fn only_the_spans_of_the_sdk_are_off() {
        let all = CountsAll::default();
        let _guard = tracing::subscriber::set_default(all.clone());
        without_sdk_spans(async {
            let mut drawn = false;
            let _span = tracing::debug_span!(target: "aws_smithy_runtime", "invoke", id = { drawn = true; 1 });
            assert!(!drawn, "a span that is off draws nothing");
            let _own = tracing::debug_span!(target: "rolecall", "own");
            tracing::debug!(target: "aws_smithy_runtime", "an event");
        })
        .await;
        assert_eq!(all.0.load(Ordering::Relaxed), 101);
    }
}
