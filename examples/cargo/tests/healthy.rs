use crossfree_example::copied;
use std::ffi::CString;

#[test]
fn keeps_the_text() {
    let text = CString::new("hello").unwrap();
    assert_eq!(copied(&text), text);
}
