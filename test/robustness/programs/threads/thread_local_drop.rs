//! thread_local values whose drop allocates, in many threads and in the main one.
use std::cell::RefCell;

struct Keeper(Vec<String>);
impl Drop for Keeper {
    fn drop(&mut self) {
        self.0.push(format!("{} words", self.0.len()));
    }
}
thread_local!(static KEEPER: RefCell<Keeper> = RefCell::new(Keeper(vec![String::from("first")])));

fn main() {
    let threads: Vec<_> = (0..50)
        .map(|number| {
            std::thread::spawn(move || {
                KEEPER.with(|keeper| keeper.borrow_mut().0.push(number.to_string()));
                Box::new([number; 20])
            })
        })
        .collect();
    let sum: i32 = threads.into_iter().map(|thread| thread.join().unwrap()[7]).sum();
    KEEPER.with(|keeper| keeper.borrow_mut().0.push(sum.to_string()));
    println!("sum {sum}");
}
