//! `driver SPECIMEN fault|healthy`: every Rust specimen in one program, so that each kind of build is made
//! once. The global allocator is chosen by `--cfg allocator="…"`.
#![allow(clippy::missing_safety_doc)]

#[path = "parts/ffi.rs"]
mod ffi;

#[cfg(allocator = "bump")]
#[path = "parts/bump.rs"]
mod bump;
#[cfg(allocator = "bump")]
#[global_allocator]
static GLOBAL: bump::Bump = bump::Bump::new();
#[cfg(allocator = "jemalloc")]
#[global_allocator]
static GLOBAL: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;
#[cfg(allocator = "mimalloc")]
#[global_allocator]
static GLOBAL: mimalloc::MiMalloc = mimalloc::MiMalloc;

type Half = (&'static str, &'static str, fn());

/// A name alone is a specimen of something legal: it has no fault.
macro_rules! specimens {
    (faulty: $($name:ident)*; legal: $($only:ident)*) => {
        $(mod $name;)*
        $(mod $only;)*
        static HALVES: &[Half] = &[
            $((stringify!($name), "fault", $name::fault), (stringify!($name), "healthy", $name::healthy),)*
            $((stringify!($only), "healthy", $only::healthy),)*
        ];
    };
}

specimens! {
    faulty:
        box_from_malloc
        box_from_new
        box_interior_1
        box_interior_16
        box_interior_8
        box_of_stack
        box_retyped
        box_unmapped
        c_thread_frees_box
        callback_takes
        cstring_from_strdup
        cstring_shortened
        delete_array_of_vec
        delete_of_box
        double_drop
        double_drop_later
        dropped_then_freed
        forked_child
        free_of_box
        free_of_cstring
        free_of_static
        free_of_vec
        free_twice
        freed_then_dropped
        layout_alignment
        layout_realloc
        layout_size
        layout_small
        realloc_of_vec
        string_from_asprintf
        thread_handover
        userdata_destructor
        vec_from_getline
        vec_from_malloc
        vec_from_new_array
        vec_growth_of_malloc
        vec_growth_of_new_array
        vec_of_mapping
        vec_of_static
        vec_retyped
        vec_shrink_of_malloc
        vec_wrong_capacity
    ;
    legal: standard_library
}

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let asked = |(name, half, _): &&Half| words.len() == 2 && words[0] == *name && words[1] == *half;
    match HALVES.iter().find(asked) {
        Some((_, _, run)) => run(),
        None => {
            eprintln!("usage: driver SPECIMEN fault|healthy");
            std::process::exit(2);
        }
    }
    println!("done");
}
