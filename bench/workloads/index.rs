//! A Rust program of owned values: an inverted index, `BTreeMap<String, Vec<String>>`, built,
//! asked, partly emptied and merged.
use std::collections::BTreeMap;

struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 32) * limit >> 32
    }
}

fn build(random: &mut Random, documents: u64) -> BTreeMap<String, Vec<String>> {
    let mut index = BTreeMap::new();
    for document in 0..documents {
        for _ in 0..8 {
            let term = format!("term{:05}", random.below(20_000));
            let entries: &mut Vec<String> = index.entry(term).or_default();
            entries.push(format!("document-{document}"));
        }
    }
    index
}

fn main() {
    let documents: u64 = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(10_000);
    let mut random = Random(5);
    let mut total = 0usize;
    for _ in 0..3 {
        let mut index = build(&mut random, documents);
        for _ in 0..documents {
            let term = format!("term{:05}", random.below(20_000));
            if let Some(found) = index.get(&term) {
                total += found.iter().map(String::len).sum::<usize>();
            }
            if random.below(4) == 0 {
                index.remove(&term);
            }
        }
        let merged: Vec<Box<str>> =
            index.into_iter().map(|(term, entries)| (term + "=" + &entries.join(",")).into_boxed_str()).collect();
        total += merged.iter().map(|line| line.len()).sum::<usize>();
    }
    println!("index {total}");
}
