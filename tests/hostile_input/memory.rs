//! The memory that a piece of work takes at most: an allocator that counts, for each thread.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

/// What a reader may take for an input of no length: its buffers, and the texts of messages.
const BASE: usize = 4 << 20;
/// And for each byte of the input.
const FACTOR: usize = 256;

/// Returns the most that a reader may take for an input of that length.
pub fn bound(length: usize) -> usize {
    BASE + FACTOR * length
}

/// The system's allocator, which counts.
pub struct Counting;

thread_local! {
    static NOW: Cell<isize> = const { Cell::new(0) };
    static PEAK: Cell<isize> = const { Cell::new(0) };
}

fn count(change: isize) {
    // While a thread ends there is nothing to count in.
    let _ = NOW.try_with(|now| {
        now.set(now.get().wrapping_add(change));
        let _ = PEAK.try_with(|peak| peak.set(peak.get().max(now.get())));
    });
}

fn signed(size: usize) -> isize {
    isize::try_from(size).unwrap_or(isize::MAX)
}

// SAFETY: each call goes to the system's allocator as it came.
#[allow(unsafe_code, reason = "an allocator cannot be written without")]
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(signed(layout.size()));
        // SAFETY: the caller keeps the allocator's conditions.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        count(-signed(layout.size()));
        // SAFETY: the caller keeps the allocator's conditions.
        unsafe { System.dealloc(place, layout) }
    }

    unsafe fn realloc(&self, place: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // Both may be there for a moment.
        count(signed(size));
        count(-signed(layout.size()));
        // SAFETY: the caller keeps the allocator's conditions.
        unsafe { System.realloc(place, layout, size) }
    }
}

/// Returns the most bytes that were allocated at a time during some work of this thread.
pub fn peak_of(work: impl FnOnce()) -> usize {
    let before = NOW.get();
    PEAK.set(before);
    work();
    usize::try_from(PEAK.get() - before).unwrap_or_default()
}
