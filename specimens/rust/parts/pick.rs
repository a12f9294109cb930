// Included by the programs that bring their own global allocator: `PROGRAM fault|healthy`.
fn main() {
    match std::env::args().nth(1).as_deref() {
        Some("fault") => fault(),
        Some("healthy") => healthy(),
        _ => {
            eprintln!("usage: PROGRAM fault|healthy");
            std::process::exit(2);
        }
    }
    println!("done");
}
