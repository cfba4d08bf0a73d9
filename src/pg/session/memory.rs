//! Memory: that which PostgreSQL's functions allocate while we work, given back at once; and what happens where there is
//! none left.
//!
//! Rust ends the process when it cannot allocate, and the server restarts when a process ends like that. So code that
//! takes something large asks before, by [`require`], and large buffers grow by [`reserve`]: both raise PostgreSQL's
//! error
//! 53200. What is left are many small allocations. The first of them that fails gets what was held in reserve; the next
//! [`check_reserve`], which comes with each look for a cancel, raises the error.

use crate::error::Error;
use pgrx::pg_sys;
use pgrx::pg_sys::panic::ErrorReport;
use std::alloc::{GlobalAlloc, Layout, System};
use std::collections::TryReserveError;
use std::ptr::null_mut;
use std::sync::atomic::{AtomicPtr, Ordering};

/// Allocates for Rust as the system does, and from the reserve where the system has nothing left.
struct Allocator;

#[global_allocator]
static ALLOCATOR: Allocator = Allocator;

/// The size of the reserve: what the code between two looks for a cancel may allocate in small pieces, and what an error
/// takes on its way to the client.
const RESERVE: Layout = Layout::new::<[u8; 2 << 20]>();

/// The reserve, or null: before the library is loaded, and after it was needed.
static HELD: AtomicPtr<u8> = AtomicPtr::new(null_mut());

// SAFETY: all memory is that of the system's allocator.
unsafe impl GlobalAlloc for Allocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: promised by the caller, here and below.
        or_from_reserve(|| unsafe { System.alloc(layout) })
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as above.
        or_from_reserve(|| unsafe { System.alloc_zeroed(layout) })
    }

    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: as above; memory that could not be resized is still there.
        or_from_reserve(|| unsafe { System.realloc(memory, layout, size) })
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        // SAFETY: as above.
        unsafe { System.dealloc(memory, layout) }
    }
}

#[inline]
fn or_from_reserve(allocate: impl Fn() -> *mut u8) -> *mut u8 {
    let memory = allocate();
    if memory.is_null() && let_reserve_go() {
        return allocate();
    }
    memory
}

/// Gives the reserve back to the system. `false` if there is none.
#[cold]
pub(crate) fn let_reserve_go() -> bool {
    let held = HELD.swap(null_mut(), Ordering::Relaxed);
    if held.is_null() {
        return false;
    }
    // SAFETY: allocated by `hold_reserve`, with this layout.
    unsafe { System.dealloc(held, RESERVE) };
    true
}

/// Takes the reserve from the system. `false` if the system has not got it.
#[cold]
pub(crate) fn hold_reserve() -> bool {
    // SAFETY: the layout has a size.
    let memory = unsafe { System.alloc(RESERVE) };
    if memory.is_null() {
        return false;
    }
    let before = HELD.swap(memory, Ordering::Relaxed);
    if !before.is_null() {
        // SAFETY: allocated by this function.
        unsafe { System.dealloc(before, RESERVE) };
    }
    true
}

/// Raises an error if the reserve was needed, and cannot be had again.
#[inline]
pub(crate) fn check_reserve() {
    if HELD.load(Ordering::Relaxed).is_null() && !hold_reserve() {
        out_of_memory();
    }
}

#[cold]
fn out_of_memory() {
    ErrorReport::from(Error::OutOfMemory).report(pgrx::PgLogLevel::ERROR);
}

/// Raises an error if there are not so many bytes to be had. Nothing is allocated: it is a question before work that
/// allocates as much in many pieces.
#[inline]
pub(crate) fn require(bytes: usize) {
    /// Less than that the reserve has.
    const SMALL: usize = 1 << 20;
    if bytes > SMALL {
        require_much(bytes);
    }
}

#[cold]
fn require_much(bytes: usize) {
    // SAFETY: allocated and freed at once; where it cannot be had, PostgreSQL raises its error.
    unsafe {
        pg_sys::pfree(pg_sys::MemoryContextAllocHuge(
            pg_sys::CurrentMemoryContext,
            bytes,
        ));
    }
}

/// Makes room for more elements of a buffer that may be large.
#[inline]
pub(crate) fn reserve<T>(buffer: &mut Vec<T>, more: usize) {
    if buffer.capacity() - buffer.len() < more {
        let grown: Result<(), TryReserveError> = buffer.try_reserve(more);
        if grown.is_err() {
            out_of_memory();
        }
    }
}

/// The same for a text.
#[inline]
pub(crate) fn reserve_text(text: &mut String, more: usize) {
    if text.capacity() - text.len() < more && text.try_reserve(more).is_err() {
        out_of_memory();
    }
}

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

    /// The context itself, for code that switches to it and empties it.
    pub(in crate::pg) fn as_ptr(&self) -> pg_sys::MemoryContext {
        self.0
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
            check_reserve();
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
