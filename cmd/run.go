package cmd

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/spf13/cobra"
	"go.uber.org/zap"

	"github.com/webhook-gateway/gateway/config/load"
	"github.com/webhook-gateway/gateway/gateway"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/internal/keys"
	"github.com/webhook-gateway/gateway/internal/logging"
)

// runner is one call of `gateway run`.
type runner struct {
	*command
	listen, adminListen, publicURL string
	data, store                    string
	logFormat, logLevel            string
	adminToken                     string
	lease, shutdown, drain         time.Duration
	allow                          allowances
}

func (c *command) runCommand() *cobra.Command {
	r := &runner{command: c}
	cmd := &cobra.Command{
		Use:   "run [PATH ...]",
		Short: "Serve the flows and load them again when the files change",
		Long: `Serves every flow under the paths (the current folder if none is given). When
files change they are loaded again; if they have errors, the flows that serve
go on serving. SIGHUP loads them too. SIGINT and SIGTERM stop in good order, and
a second one at once.

Flags win over GATEWAY_* variables, and these over the gateway block. Paths of
flows that can't be guessed are made with GATEWAY_KEY, or with a key that is
made and kept in the data folder.

  gateway run flows
  gateway run --listen :9090 --log-format json /flows`,
		RunE: func(cmd *cobra.Command, args []string) error { return r.run(cmd.Context(), args) },
	}
	f := cmd.Flags()
	f.StringVar(&r.listen, "listen", "", "address of the endpoints (GATEWAY_LISTEN; default :8080)")
	f.StringVar(&r.adminListen, "admin-listen", "", "address of health, metrics and API (GATEWAY_ADMIN_LISTEN; default 127.0.0.1:8081)")
	f.StringVar(&r.publicURL, "public-url", "", "what printed URLs start with (GATEWAY_PUBLIC_URL)")
	f.StringVar(&r.data, "data", "", "folder of the gateway's own data (GATEWAY_DATA; default ./data)")
	f.StringVar(&r.store, "store", "", "where runs are kept: a postgres:// URL that several gateways may share (GATEWAY_STORE; default a file in the data folder)")
	f.StringVar(&r.logFormat, "log-format", "", "text or json (GATEWAY_LOG_FORMAT; default text)")
	f.StringVar(&r.logLevel, "log-level", "", "debug, info, warn or error (GATEWAY_LOG_LEVEL; default info)")
	f.StringVar(&r.adminToken, "admin-token", "", "token of the admin listener outside of loopback (GATEWAY_ADMIN_TOKEN; default made and kept in the data folder)")
	r.allow.flags(f)
	f.DurationVar(&r.lease, "lease", 30*time.Second, "how long after the last sign of a gateway others on the store take over its runs; at least 1s")
	f.DurationVar(&r.shutdown, "shutdown-timeout", 30*time.Second, "how long a stop waits for runs that are under way")
	f.DurationVar(&r.drain, "drain-delay", 0, "how long a stop goes on serving after /readyz began to fail, for load balancers to notice")
	return cmd
}

func (r *runner) run(ctx context.Context, paths []string) error {
	r.fromEnvironment()
	if len(paths) == 0 {
		paths = []string{"."}
	}
	o, err := r.options(paths)
	if err != nil {
		return err
	}
	if o.Store, err = openStore(ctx, o.Clock, r.store, r.data); err != nil {
		return err
	}
	defer o.Store.Close() //nolint:errcheck // what was accepted is kept already
	g, loaded, diags := gateway.New(o)
	if len(diags) > 0 {
		if err := r.writeFindings(r.err, "text", diags, loaded); err != nil {
			return err
		}
	}
	if g == nil {
		_, _ = fmt.Fprintf(r.err, "\n%s\n", summary(diags, loaded))
		return exit(exitFindings)
	}
	defer g.Close()
	r.spaceCollections()
	return r.serve(ctx, g, loaded, o.Log)
}

func (r *runner) options(paths []string) (gateway.Options, error) {
	o := gateway.Options{Clock: clock.System{}, Watch: paths, Version: r.Version, Lease: r.lease, ShutdownTimeout: r.shutdown, DrainDelay: r.drain}
	if r.lease < time.Second {
		return o, fmt.Errorf("--lease must be at least 1s, and %v is less", r.lease)
	}
	var err error
	if o.AllowExec, o.AllowPaths, err = r.allow.settle(r.env); err != nil {
		return o, err
	}
	loadFlows, err := r.loader(paths, load.RequireSet)
	if err != nil {
		return o, err
	}
	o.Load = func() (*load.Config, hcl.Diagnostics) {
		c, diags := loadFlows()
		r.override(&c.Gateway)
		return c, diags
	}
	if o.Log, err = logging.New(r.err, r.logFormat, r.logLevel); err != nil {
		return o, err
	}
	if o.Key, err = r.key(r.data); err != nil {
		return o, err
	}
	if given, _ := r.env("GATEWAY_KEY"); given == "" && r.store != "" {
		o.Log.Warn("GATEWAY_KEY is not set: gateways that share the store need the same one, for paths that can't be guessed, links in mails and sealed outputs")
	}
	o.AdminToken, err = keys.LoadAdminToken(r.data, r.adminToken)
	return o, dataError(r.data, err)
}

// spaceCollections makes garbage collections rarer: what lives is small and
// requests leave only short-lived values, so the default would collect dozens
// of times in a second. GOGC says otherwise where it is set.
func (r *runner) spaceCollections() {
	if _, set := r.env("GOGC"); !set {
		debug.SetGCPercent(400)
	}
}

// override lets flags and variables win over the gateway block.
func (r *runner) override(g *load.Gateway) {
	for to, flag := range map[*string]string{&g.Listen: r.listen, &g.Admin.Listen: r.adminListen, &g.PublicURL: r.publicURL} {
		if flag != "" {
			*to = flag
		}
	}
}

func (r *runner) fromEnvironment() {
	r.setting(&r.listen, "GATEWAY_LISTEN")
	r.setting(&r.adminListen, "GATEWAY_ADMIN_LISTEN")
	r.setting(&r.publicURL, "GATEWAY_PUBLIC_URL")
	r.setting(&r.data, "GATEWAY_DATA")
	r.setting(&r.store, "GATEWAY_STORE")
	r.setting(&r.logFormat, "GATEWAY_LOG_FORMAT")
	r.setting(&r.logLevel, "GATEWAY_LOG_LEVEL")
	r.setting(&r.adminToken, "GATEWAY_ADMIN_TOKEN")
	for value, otherwise := range map[*string]string{&r.data: "data", &r.logFormat: "text", &r.logLevel: "info"} {
		if *value == "" {
			*value = otherwise
		}
	}
}

func (r *runner) serve(ctx context.Context, g *gateway.Gateway, c *load.Config, log *zap.Logger) error {
	var l gateway.Listeners
	var err error
	if l.Public, err = listen(ctx, c.Gateway.Listen, "--listen"); err != nil {
		return err
	}
	if l.Admin, err = listen(ctx, c.Gateway.Admin.Listen, "--admin-listen"); err != nil {
		return err
	}
	for _, e := range g.Addresses() {
		_, _ = fmt.Fprintln(r.out, e.Line(first(c.Gateway.PublicURL, baseURL(c.Gateway.Listen, l.Public, c.Gateway.TLS != nil))))
	}
	log.Info("ready", zap.String("listen", l.Public.Addr().String()), zap.String("admin", l.Admin.Addr().String()), zap.Int("flows", len(c.Flows)))
	hangups := make(chan os.Signal, 1)
	signal.Notify(hangups, syscall.SIGHUP)
	defer signal.Stop(hangups)
	go func() {
		for range hangups {
			_, _ = g.Reload("signal") // it says itself how it went
		}
	}()
	return g.Run(ctx, l)
}

func first(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}
