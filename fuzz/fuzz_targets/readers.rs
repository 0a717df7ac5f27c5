//! Feeds one of the readers of `src/fuzz`, the one that `FUZZ_TARGET` names, with what libFuzzer makes up. Panics where an
//! input takes more memory than it may; time is libFuzzer's to measure.
#![no_main]

#[path = "../../tests/hostile_input/memory.rs"]
mod memory;

use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;
use remote_jupyter::fuzz::{FuzzTarget, TARGETS};

#[global_allocator]
static ALLOCATOR: memory::Counting = memory::Counting;

static TARGET: OnceLock<FuzzTarget> = OnceLock::new();

fn target() -> &'static FuzzTarget {
    TARGET.get_or_init(|| {
        let name = std::env::var("FUZZ_TARGET").unwrap_or_default();
        let found = TARGETS.iter().find(|target| target.name == name);
        *found.unwrap_or_else(|| panic!("FUZZ_TARGET={name} is no target"))
    })
}

fuzz_target!(init: (target().read)(b""), |bytes: &[u8]| {
    let most = memory::peak_of(|| (target().read)(bytes));
    assert!(most <= memory::bound(bytes.len()), "{most} bytes of memory");
});
