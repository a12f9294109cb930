//! A greeting without a line of `unsafe` in it. With the feature `jemalloc` Rust's allocator is a
//! jemalloc of its own.

#[cfg(feature = "jemalloc")]
#[global_allocator]
static JEMALLOC: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() {
    let greeting: String = ["hello", "world"].join(", ");
    let names: Vec<String> = (1..=3).map(|number| format!("{greeting} {number}")).collect();
    for name in &names {
        println!("{name}");
    }
}
