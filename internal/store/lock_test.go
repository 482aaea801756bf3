package store

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func TestLockKnowsTheFileByAnyName(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "sub"), 0o755); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "news.db")
	unlock, err := Lock("sqlite:" + file) // makes it
	if err != nil {
		t.Fatal(err)
	}
	for from, to := range map[string]string{"link.db": "news.db", "sub/far.db": "../link.db"} {
		if err := os.Symlink(to, filepath.Join(dir, from)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(dir, filepath.Join(dir, "sub", "dir")); err != nil {
		t.Fatal(err)
	}
	if err := os.Link(file, filepath.Join(dir, "hard.db")); err != nil {
		t.Fatal(err)
	}
	t.Chdir(filepath.Join(dir, "sub"))
	names := map[string]string{
		"the same":            file,
		"unclean":             dir + "//sub/.././news.db",
		"relative":            "../news.db",
		"symlink":             filepath.Join(dir, "link.db"),
		"symlink to it":       "far.db",
		"through a directory": "dir/news.db",
		"hard link":           filepath.Join(dir, "hard.db"),
		"with slashes":        "//" + file,
	}
	for name, path := range names {
		if _, err := Lock("sqlite:" + path); !errors.Is(err, ErrInUse) {
			t.Errorf("%s (%s): %v, want ErrInUse", name, path, err)
		}
	}
	if err := unlock(); err != nil {
		t.Fatal(err)
	}
	for name, path := range names {
		unlock, err := Lock("sqlite:" + path)
		if err != nil {
			t.Errorf("%s, when it is free: %v", name, err)
			continue
		}
		if err := unlock(); err != nil {
			t.Error(err)
		}
	}
}

func TestLockLeavesPostgresAlone(t *testing.T) {
	for range 2 {
		unlock, err := Lock("postgres://nobody@127.0.0.1:1/none")
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = unlock() }()
	}
}

func TestLockSaysWhatIsWrong(t *testing.T) {
	if _, err := Lock("sqlite:" + filepath.Join(t.TempDir(), "no", "news.db")); err == nil || !strings.Contains(err.Error(), "does not exist") {
		t.Errorf("without its directory: %v", err)
	}
	for name, tt := range map[string]struct {
		err  error
		says string
	}{
		"no locks on NFS":       {&fs.PathError{Op: "flock", Path: "x", Err: syscall.ENOLCK}, "no file locks"},
		"no locks at all":       {&fs.PathError{Op: "flock", Path: "x", Err: syscall.EOPNOTSUPP}, "no file locks"},
		"no such system call":   {syscall.ENOSYS, "no file locks"},
		"read-only file system": {&fs.PathError{Op: "open", Path: "x", Err: syscall.EROFS}, "cannot be written"},
		"no permission":         {&fs.PathError{Op: "open", Path: "x", Err: syscall.EACCES}, "cannot be written"},
	} {
		err := explainLock("/data/news.db", tt.err)
		if !strings.Contains(err.Error(), tt.says) || !strings.Contains(err.Error(), "/data/news.db") || !errors.Is(err, tt.err) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
