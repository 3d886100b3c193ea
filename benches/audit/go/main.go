// What a loop over Go's jwt library takes to look at a directory of accounts: read, decode, validate.
package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"

	"github.com/nats-io/jwt/v2"
)

func main() {
	workers, err := strconv.Atoi(os.Args[2])
	if err != nil {
		panic(err)
	}
	paths := make(chan string, 256)
	var tokens, issues atomic.Int64
	var done sync.WaitGroup
	look := func(path string) {
		text, err := os.ReadFile(path)
		if err != nil {
			panic(err)
		}
		claims, err := jwt.DecodeAccountClaims(string(text))
		if err != nil {
			panic(err)
		}
		results := jwt.CreateValidationResults()
		claims.Validate(results)
		tokens.Add(1)
		issues.Add(int64(len(results.Issues)))
	}
	for range workers {
		done.Add(1)
		go func() {
			defer done.Done()
			for path := range paths {
				look(path)
			}
		}()
	}
	err = filepath.WalkDir(os.Args[1], func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		// One worker is no worker: the loop itself.
		if workers == 0 {
			look(path)
		} else {
			paths <- path
		}
		return nil
	})
	if err != nil {
		panic(err)
	}
	close(paths)
	done.Wait()
	fmt.Println(tokens.Load(), issues.Load())
}
