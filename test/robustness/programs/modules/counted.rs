//! Built as a cdylib: makes and takes a box, a string and a vector.
#[no_mangle]
pub extern "C" fn make(size: usize) -> *mut Vec<u8> {
    Box::into_raw(Box::new(vec![1; size]))
}
#[no_mangle]
pub unsafe extern "C" fn take(vector: *mut Vec<u8>) {
    drop(Box::from_raw(vector))
}
#[no_mangle]
pub extern "C" fn length() -> usize {
    format!("{}", std::hint::black_box(1234)).len()
}
#[no_mangle]
pub extern "C" fn raw() -> *mut u8 {
    Box::into_raw(Box::new([7u8; 40])) as *mut u8
}
