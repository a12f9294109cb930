use crossfree_example::adopted;
use std::ffi::CString;

#[test]
fn keeps_the_text() {
    let text = CString::new("hello").unwrap();
    assert_eq!(adopted(&text), text);
}
