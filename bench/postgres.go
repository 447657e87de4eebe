package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/webhook-gateway/gateway/internal/testutil/postgrestest"
)

// postgresMark ends the names of rows that are measured on PostgreSQL.
const postgresMark = " pg"

// launchPostgres starts a server for one more gateway, where async flows are
// measured and one is installed. What it returns stops the server.
func launchPostgres(p plan) (*postgrestest.Server, func(), error) {
	if !p.async || (p.only != "" && !strings.HasSuffix(p.only, postgresMark)) {
		return nil, func() {}, nil
	}
	s, err := postgrestest.Launch()
	if errors.Is(err, postgrestest.ErrMissing) {
		fmt.Fprintln(os.Stderr, "bench: PostgreSQL is left out:", err)
		return nil, func() {}, nil
	}
	if err != nil {
		return nil, nil, err
	}
	return s, s.Close, nil
}

// addPostgres starts a gateway on a database and adds the async rows once more.
func (s *servers) addPostgres(ctx context.Context, dir string, db *postgrestest.Server, p plan) error {
	if db == nil {
		return nil
	}
	endpoints, admin := freePort(), freePort()
	gateway, err := postgresCommand(dir, p.profile)
	if err != nil {
		return err
	}
	gateway = append(gateway, "run", "bench/flows", "--store", db.URL("postgres"),
		"--listen", endpoints, "--admin-listen", admin, "--data", filepath.Join(dir, "data-pg"), "--log-level", "error")
	if err := s.run(ctx, gateway, "BENCH_PEER=http://"+s.called); err != nil {
		return err
	}
	rows := asyncRows(endpoints, admin)
	for _, r := range rows {
		r.name += postgresMark
		r.process = s.commands[len(s.commands)-1].Process.Pid
	}
	s.rows = append(s.rows, rows...)
	s.compare()
	s.keep(p.only)
	return nil
}

// postgresCommand is how the gateway on PostgreSQL is called. It writes its profiles to
// a folder inside of that for profiles.
func postgresCommand(dir, profile string) ([]string, error) {
	if profile == "" {
		return []string{filepath.Join(dir, "gateway")}, nil
	}
	folder := filepath.Join(profile, "postgresql")
	self, err := os.Executable()
	return []string{"env", profileTo + "=" + folder, self}, errors.Join(err, os.MkdirAll(folder, 0o700))
}
