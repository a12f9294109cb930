// Goroutines that call C's malloc and free, on threads and stacks of Go's making; a panic that is recovered.
package main

/*
#cgo LDFLAGS: -lstdc++
#include "../fault.h"
static char *duplicate(const char *text) { return strdup(text); }
*/
import "C"

import (
	"fmt"
	"os"
	"sync"
	"unsafe"
)

func main() {
	var group sync.WaitGroup
	lengths := make([]int, 50)
	for i := range lengths {
		group.Add(1)
		go func() {
			defer group.Done()
			for j := 0; j < 200; j++ {
				block := C.malloc(C.size_t(j + 1))
				text := C.CString(fmt.Sprint(i, j))
				copied := C.duplicate(text)
				lengths[i] += len(C.GoString(copied))
				C.free(unsafe.Pointer(text))
				C.free(unsafe.Pointer(copied))
				C.free(block)
			}
		}()
	}
	group.Wait()
	sum := 0
	for _, length := range lengths {
		sum += length
	}
	func() {
		defer func() { fmt.Println("recovered:", recover() != nil) }()
		var nothing *int
		*nothing = 1
	}()
	if len(os.Args) > 1 && os.Args[1] == "fault" {
		C.cross_free()
	}
	fmt.Println("sum", sum)
}
