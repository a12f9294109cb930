// One value, an integer on the stack (`stack`) or the bytes of a String (`heap`): gdb stops at each step.

#[no_mangle]
pub static mut watched: *const u8 = std::ptr::null();
#[no_mangle]
pub static mut watched_size: u64 = 0;

#[no_mangle]
#[inline(never)]
pub extern "C" fn step() {
    std::hint::black_box(());
}

fn watch(start: *const u8, size: usize) {
    unsafe {
        watched = start;
        watched_size = size as u64;
    }
}

#[inline(never)]
fn on_stack() {
    let mut value = std::mem::MaybeUninit::<i64>::uninit();
    watch(value.as_ptr().cast(), 8);
    step();
    unsafe { std::ptr::write_volatile(value.as_mut_ptr(), 0x1122_3344_5566_7788) };
    step();
}

#[inline(never)]
fn on_heap() {
    let mut text = String::with_capacity(40);
    watch(text.as_ptr(), text.capacity());
    step();
    for count in 0..10 {
        text.push_str(["eins", "zwei", "drei", "vier"][count % 4]);
        if count == 4 {
            step();
        }
    }
    step();
    drop(std::hint::black_box(text));
    step();
}

fn main() {
    if std::env::args().nth(1).as_deref() == Some("stack") {
        on_stack();
    } else {
        on_heap();
    }
}
