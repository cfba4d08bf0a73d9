//! Freeing memory that PostgreSQL's functions allocate, as soon as a step is done.

use pgrx::pg_sys;

/// A memory context that collects what a step allocates, and is emptied after each step.
pub(crate) struct Scratch(pg_sys::MemoryContext);

impl Scratch {
    pub(crate) fn new() -> Self {
        // SAFETY: a child of the current context, which goes with it at the latest; the name is a constant.
        Self(unsafe {
            pg_sys::AllocSetContextCreateInternal(
                pg_sys::CurrentMemoryContext,
                c"mathesar_ext scratch".as_ptr(),
                pg_sys::ALLOCSET_DEFAULT_MINSIZE as usize,
                pg_sys::ALLOCSET_DEFAULT_INITSIZE as usize,
                pg_sys::ALLOCSET_DEFAULT_MAXSIZE as usize,
            )
        })
    }

    /// As [`run`](Self::run), for steps that come by the million and seldom allocate: what they allocate is freed when
    /// it has grown to a megabyte.
    pub(crate) fn run_many<T: 'static>(&self, step: impl FnOnce() -> T) -> T {
        const LARGEST: usize = 1 << 20;
        // SAFETY: as in `run`; plain reads and writes of what palloc itself reads and writes.
        unsafe {
            let previous = pg_sys::CurrentMemoryContext;
            pg_sys::CurrentMemoryContext = self.0;
            let result = step();
            pg_sys::CurrentMemoryContext = previous;
            if (*self.0).mem_allocated > LARGEST {
                pg_sys::MemoryContextReset(self.0);
            }
            result
        }
    }

    /// Runs `step`, then frees all it allocated through PostgreSQL. What it returns must be Rust's own.
    pub(crate) fn run<T: 'static>(&self, step: impl FnOnce() -> T) -> T {
        // SAFETY: the context is alive as long as `self`. When `step` raises an error, the handler above puts its own
        // context back.
        unsafe {
            let previous = pg_sys::MemoryContextSwitchTo(self.0);
            let result = step();
            pg_sys::MemoryContextSwitchTo(previous);
            pg_sys::MemoryContextReset(self.0);
            result
        }
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // While an error unwinds, the context goes with its parent.
        if !std::thread::panicking() {
            // SAFETY: created by `new`, deleted once, and never the current context outside of `run`.
            unsafe { pg_sys::MemoryContextDelete(self.0) }
        }
    }
}
