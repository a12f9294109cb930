//! Two threads that share nothing: each builds, changes and drops search trees of boxes.
use std::thread;

struct Node {
    key: u32,
    value: Option<Box<[u64]>>,
    left: Tree,
    right: Tree,
}
type Tree = Option<Box<Node>>;

fn insert(mut tree: &mut Tree, key: u32) {
    while let Some(node) = tree {
        tree = if key < node.key { &mut node.left } else { &mut node.right };
    }
    let value = (key % 3 == 0).then(|| vec![u64::from(key); 1 + (key % 9) as usize].into_boxed_slice());
    *tree = Some(Box::new(Node { key, value, left: None, right: None }));
}

fn sum(tree: &Tree) -> u64 {
    tree.as_ref().map_or(0, |node| {
        let own = node.value.as_ref().map_or(1, |value| value.iter().sum::<u64>());
        own.wrapping_add(sum(&node.left)).wrapping_add(sum(&node.right))
    })
}

fn work(seed: u64, rounds: u64) -> u64 {
    let mut state = seed;
    let mut total = 0u64;
    for _ in 0..rounds {
        let mut root = None;
        for _ in 0..20_000 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            insert(&mut root, (state >> 40) as u32);
        }
        total = total.wrapping_add(sum(&root));
    }
    total
}

fn main() {
    let rounds: u64 = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(10);
    let threads = [11, 13].map(|seed| thread::spawn(move || work(seed, rounds)));
    let total = threads.map(|thread| thread.join().unwrap()).iter().fold(0u64, |a, b| a.wrapping_add(*b));
    println!("trees {total}");
}
