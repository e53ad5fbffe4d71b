"""Made-up secrets of every known shape, put together when they are needed: none stands in a file of this project."""

LETTERS = "abcdefghijklmnopqrstuvwxyz"
MIXED = "aB3dE5gH7jK9mN1pQ2rS4tU6vW8xY0zA"  # no key: letters and digits in turn
HEX = "0123456789abcdef"
ANTHROPIC = "sk-" + "ant-api03-" + MIXED


def planted() -> list[tuple[str, str]]:
    """(rule, text): all of the text is the secret."""
    upper = "ABCDEFGHIJKLMNOP"
    return [
        ("anthropic-key", ANTHROPIC),
        ("anthropic-key", "sk-" + "ant-admin01-" + MIXED),
        ("anthropic-key", "sk-" + "ant-oat01-" + MIXED),
        ("anthropic-key", "sk-" + "ant-sid01-" + MIXED + "-" + MIXED),
        ("openai-key", "sk-" + "proj-" + MIXED),
        ("openai-key", "sk-" + "svcacct-" + MIXED),
        ("openai-key", "sk-" + "or-v1-" + HEX * 4),
        ("openai-key", "sk-" + MIXED + MIXED),
        ("model-api-key", "gs" + "k_" + MIXED + MIXED[:20]),
        ("model-api-key", "xa" + "i-" + MIXED + MIXED + MIXED),
        *(("github-token", f"gh{kind}" + "_" + MIXED + "abcd") for kind in "pousr"),
        ("github-token", "github" + "_pat_" + MIXED + MIXED),
        ("gitlab-token", "gl" + "pat-" + MIXED),
        ("aws-key-id", "AK" + "IA" + upper),
        ("aws-key-id", "AS" + "IA" + upper),
        ("aws-secret", "aws_" + "secret_access_key = " + MIXED + "abcdefgh"),
        ("aws-secret", "AWS_" + 'SECRET_ACCESS_KEY="' + MIXED + "abcdefgh"),
        ("slack-token", "xo" + "xb-" + "1234567890-abc"),
        ("slack-token", "xo" + "xp-" + "1234567890-abc"),
        ("slack-token", "xa" + "pp-" + "1-A0123-4567-abc"),
        ("slack-webhook", "hooks." + "slack.com/services/" + "T0123456/B0123456/" + MIXED),
        ("stripe-key", "sk_" + "live_" + MIXED),
        ("stripe-key", "rk_" + "test_" + MIXED),
        ("google-key", "AI" + "za" + MIXED + "abc"),
        ("google-secret", "GOC" + "SPX-" + MIXED),
        ("sendgrid-key", "S" + "G." + MIXED[:22] + "." + MIXED + "abcdefghijk"),
        ("npm-token", "np" + "m_" + MIXED + "abcd"),
        ("pypi-token", "py" + "pi-" + MIXED + MIXED),
        ("hf-token", "h" + "f_" + LETTERS + LETTERS),
        ("jwt", "ey" + "J" + MIXED + ".ey" + "J" + MIXED + "." + MIXED),
        ("jwt", "ey" + "J" + MIXED + ".ey" + "J" + MIXED),
        *(("private-key", _pem(kind)) for kind in ("", "RSA ", "OPENSSH ", "ENCRYPTED ")),
        ("url-password", "postgres" + "://shop:" + "hunter2x" + "@db.internal/shop"),
        ("url-password", "https" + "://ann:" + "hunter2x" + "@git.shop.test/app.git"),
        ("auth-header", "Authorization" + ": Bearer " + MIXED),
        ("auth-header", "authorization" + "=Basic " + MIXED),
        ("auth-header", "x-api-key" + ": " + MIXED),
        ("assigned-secret", "pass" + "word = " + "correct-horse-battery"),
        ("assigned-secret", "API_" + "KEY: '" + MIXED),
        ("assigned-secret", "sec" + "ret: " + MIXED),
    ]


def assigned() -> list[str]:
    """Assignments of which the name's beginning is none of the secret."""
    return [
        "DB_" + "PASSWORD=" + "hunter2hunter2",
        "STRIPE_" + "SECRET_KEY=" + "hunter2hunter2",
        "access_" + 'token: "' + "hunter2hunter2",
        "client" + "_secret=" + "hunter2hunter2",
    ]


def personal() -> list[tuple[str, str]]:
    return [
        ("email", "ann.lee@shop.test"),
        ("home-path", "/ho" + "me/ann/shop-api/main.py"),
        ("home-path", "/Us" + "ers/ann/shop"),
        ("home-path", "/mnt/c/Us" + "ers/ann/shop"),
        ("home-path", "/ro" + "ot/.bashrc"),
        ("home-path", "/ho" + "me/ann"),
        ("home-path", "C:\\Us" + "ers\\Ann\\shop"),
        ("home-path", "C:\\\\Us" + "ers\\\\Ann\\\\shop"),
        ("home-path", "-ho" + "me-ann-shop-api"),
        ("private-ip", "192." + "168.1.20"),
        ("private-ip", "10." + "0.12.7"),
    ]


LOOK_ALIKES = [
    "258c7280-ae70-4798-800f-63464d01a85d",
    "da39a3ee5e6b4b0d3255bfef95601890afd80709",
    "msg_01AbCdEfGhIjKlMnOpQrStUv",
    "req_011CSHoEeqs5C35K2UUqR7Fy",
    "toolu_01AbCdEfGhIjKlMnOpQrStUv",
    "claude-sonnet-4-5-20250929",
    "us.anthropic.claude-opus-4-6-v1:0",
    "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg==",
    "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
    "set password = None, then api_key=os.environ['KEY']",
    "self.key_password = key_password, password=password",
    "password: validation fails on long ones; token = next_token()",
    "password = get_password(user)",
    "secret: ${SECRET_FROM_VAULT}",
    "see src/home/index.ts and https://example.com/home/page",
    "write to docs@example.com or noreply@anthropic.com",
    "7 + me@users.noreply.github.com",
    "git clone git@github.com:owner/shop-api.git",
    "upgrade react@18.2.0, actions/checkout@v4.1.1 and lodash@4.17.21",
    "upgrade to 10.2.1",
    "under /home/ there is one folder a user",
    "task-management and risk-assessment-of-the-whole-project-and-more",
    "https://user:placeholder@example.com",
    "12,345 input tokens, cache_write_1h: 394137",
]


def _pem(kind: str) -> str:
    begin, end = ("-----" + word + f" {kind}PRIVATE " + "KEY-----" for word in ("BEGIN", "END"))
    return f"{begin}\n{MIXED}\n{MIXED}\n{end}"
