package storetest

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
	"time"
)

// cluster is a running private PostgreSQL.
type cluster struct {
	address string
	// leash is the write end of the supervisor's standard input. It closes when
	// this process ends, however it ends, and the cluster goes with it.
	leash *os.File
}

// supervisor runs PostgreSQL until its standard input closes, then stops it and
// removes its directory. No test binary has to remember to do so, not even one
// that is killed.
const supervisor = `
dir=$1; shift
"$@" </dev/null >"$dir/log" 2>&1 &
pid=$!
read -r _
kill -INT "$pid" 2>/dev/null
wait "$pid"
cd / && rm -rf "$dir"
`

func startCluster() (*cluster, error) {
	bin, err := binaries()
	if err != nil {
		return nil, err
	}
	// PostgreSQL refuses to run as root.
	var as *syscall.SysProcAttr
	uid, gid := os.Geteuid(), os.Getegid()
	if uid == 0 {
		if uid, gid, err = account("postgres"); err != nil {
			return nil, err
		}
		as = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
	}
	var errs []error
	for range 3 { // another program may take the port that was free
		c, err := newCluster(bin, uid, gid, as)
		if err == nil {
			return c, nil
		}
		errs = append(errs, err)
	}
	return nil, errors.Join(errs...)
}

func newCluster(bin string, uid, gid int, as *syscall.SysProcAttr) (*cluster, error) {
	dir, err := os.MkdirTemp("", "newsbot-postgres-")
	if err != nil {
		return nil, fmt.Errorf("make directory: %w", err)
	}
	if err := os.Chown(dir, uid, gid); err != nil {
		return nil, errors.Join(fmt.Errorf("hand over directory: %w", err), os.RemoveAll(dir))
	}
	c, err := runCluster(bin, dir, as)
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	return c, nil
}

// binaries finds the newest PostgreSQL that Debian has installed, or the one in PATH.
func binaries() (string, error) {
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/postgres")
	if err != nil {
		return "", err
	}
	if len(found) == 0 {
		path, err := exec.LookPath("postgres")
		if err != nil {
			return "", errors.New("its programs are not installed")
		}
		return filepath.Dir(path), nil
	}
	version := func(path string) int {
		n, _ := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(path)))) // 0 sorts first
		return n
	}
	return filepath.Dir(slices.MaxFunc(found, func(a, b string) int { return version(a) - version(b) })), nil
}

func account(name string) (uid, gid int, err error) {
	u, err := user.Lookup(name)
	if err != nil {
		return 0, 0, fmt.Errorf("root cannot run it and there is no user for it: %w", err)
	}
	uid, uidErr := strconv.Atoi(u.Uid)
	gid, gidErr := strconv.Atoi(u.Gid)
	return uid, gid, errors.Join(uidErr, gidErr)
}

func runCluster(bin, dir string, as *syscall.SysProcAttr) (*cluster, error) {
	data := filepath.Join(dir, "data")
	initdb := exec.Command(filepath.Join(bin, "initdb"), "--pgdata", data, "--username", "newsbot",
		"--auth", "trust", "--encoding", "UTF8", "--locale", "C", "--no-sync", "--no-instructions")
	initdb.SysProcAttr, initdb.Dir = as, dir
	if out, err := initdb.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("initdb: %w: %s", err, bytes.TrimSpace(out))
	}
	return runServer(bin, dir, data, as)
}

func runServer(bin, dir, data string, as *syscall.SysProcAttr) (*cluster, error) {
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	leashed, leash, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer func() { _ = leashed.Close() }()
	// Nothing here has to outlive the test, so nothing waits for the disk.
	cmd := exec.Command("/bin/sh", "-c", supervisor, "sh", dir,
		filepath.Join(bin, "postgres"), "-D", data, "-p", strconv.Itoa(port), "-h", "127.0.0.1", "-k", dir,
		"-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off",
		"-c", "max_connections=200", "-c", "shared_buffers=64MB", "-c", "autovacuum_naptime=5s")
	cmd.SysProcAttr, cmd.Dir, cmd.Stdin = as, dir, leashed
	if err := cmd.Start(); err != nil {
		return nil, errors.Join(fmt.Errorf("start postgres: %w", err), leash.Close())
	}
	c := &cluster{
		address: fmt.Sprintf("postgres://newsbot@127.0.0.1:%d/postgres?sslmode=disable", port),
		leash:   leash,
	}
	if err := c.wait(30 * time.Second); err != nil {
		log, _ := os.ReadFile(filepath.Join(dir, "log"))
		return nil, errors.Join(fmt.Errorf("start postgres: %w: %s", err, bytes.TrimSpace(log)), leash.Close())
	}
	return c, nil
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, fmt.Errorf("find a free port: %w", err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	return port, l.Close()
}

// wait returns when the cluster answers.
func (c *cluster) wait(limit time.Duration) error {
	db, err := sql.Open("postgres", c.address)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	for {
		err := db.PingContext(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(25 * time.Millisecond):
		}
	}
}
