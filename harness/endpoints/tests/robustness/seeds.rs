//! Good requests: one for each operation, in each form that it may come in.

use bytes::Bytes;
use http::Method;
use http::Request;
use rolecall_account::policy::{Document, DocumentKind};
use rolecall_account::s3::ChecksumAlgorithm;
use rolecall_account::{
    CreateOidcProvider, CreateRole, RunInstance, RunTask, TaskKind, TaskMetadata, WebIdentityToken,
};
use rolecall_endpoints::Place;

use crate::control_plane;
use crate::support::portal::sign_in;
use crate::support::signer::{HOST, Signer, get, object, put};
use crate::support::{AGENT, CONTAINER, HOUR, Lab, METADATA, ROLE, admin, request, user};

pub(crate) const STS: &str = "https://sts.us-east-1.amazonaws.com/";
const FORM: &[(&str, &str)] = &[("content-type", "application/x-www-form-urlencoded")];
/// The least that a chunk holds.
const CHUNK_BYTES: usize = 8192;
const CHUNKED: &str = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";

/// Who answers, and so in which shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Speaker {
    Metadata,
    Container,
    /// The metadata of a task.
    Task,
    /// What speaks like the endpoint of ECS on a port of its own.
    Local,
    /// The agent of pods.
    Agent,
    /// The portal of IAM Identity Center.
    Portal,
    S3,
    Sts,
    Iam,
    Ec2,
    /// A service that this account does not speak.
    Nobody,
}

/// How a request is signed, and by whom.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Form {
    Bare,
    /// By the instance, in the header.
    Header,
    /// By the instance, in the query.
    Url,
    /// By the instance, in the header, and the body comes in chunks.
    Chunks,
    /// By the instance, in the header and in every chunk.
    SignedChunks,
    /// The same, and a trailer is signed too.
    SignedTrailer,
    /// By the user, in the header.
    User,
}

/// A good request.
pub(crate) struct Seed {
    pub(crate) speaker: Speaker,
    pub(crate) place: Place,
    pub(crate) request: Request<Bytes>,
    pub(crate) form: Form,
}

/// The keys of all who sign.
pub(crate) struct Keys {
    s3: Signer,
    sts: Signer,
    user: Signer,
}

impl Keys {
    /// Makes a user, and the role that it may assume.
    pub(crate) fn of(lab: &Lab) -> Self {
        admin(lab);
        let sts = |signer| Signer {
            service: "sts",
            ..signer
        };
        Self {
            s3: lab.signer(),
            sts: sts(lab.signer()),
            user: sts(Signer::with(&user(lab, None), lab.edge.now())),
        }
    }

    pub(crate) fn sign(&self, seed: &Seed, request: Request<Bytes>) -> Request<Bytes> {
        let own = match seed.speaker {
            Speaker::Sts => &self.sts,
            _ => &self.s3,
        };
        match seed.form {
            Form::Bare => request,
            Form::Header => own.sign(request),
            Form::Url if seed.speaker == Speaker::Sts => own.presign_empty(request, HOUR),
            Form::Url => own.presign(request, HOUR),
            Form::Chunks => own.sign_declared(request, CHUNKED),
            Form::SignedChunks => own.sign_chunks(request, CHUNK_BYTES, None),
            Form::SignedTrailer => {
                let sum = ChecksumAlgorithm::Crc32.of(request.body());
                let trailer = (ChecksumAlgorithm::Crc32.header(), sum.as_str());
                own.sign_chunks(request, CHUNK_BYTES, Some(trailer))
            }
            Form::User => self.user_of(seed.speaker).sign(request),
        }
    }
}

impl Keys {
    /// The user, who signs for the service that is asked.
    fn user_of(&self, speaker: Speaker) -> Signer {
        let service = match speaker {
            Speaker::Iam => "iam",
            Speaker::Ec2 => "ec2",
            _ => "sts",
        };
        Signer {
            service,
            ..self.user.clone()
        }
    }
}

/// All of them, and what they are about.
pub(crate) async fn seeds(lab: &Lab) -> Vec<Seed> {
    let mut seeds = metadata(lab);
    seeds.extend(containers(lab));
    seeds.push(portal(lab));
    seeds.extend(sts(lab));
    seeds.push(decoding(lab).await);
    seeds.extend(control_plane::seeds(lab));
    seeds.extend(s3(lab).await);
    seeds
}

/// An instance that says more of its credentials than others.
fn launch_extended(lab: &Lab) -> String {
    let request = RunInstance {
        name: "extended".to_owned(),
        profile: Some("web-profile".to_owned()),
        extended_credentials: true,
        ..RunInstance::default()
    };
    let launched = lab
        .edge
        .world()
        .operator(lab.edge.now())
        .run_instance(request);
    launched.unwrap()
}

fn metadata(lab: &Lab) -> Vec<Seed> {
    let ttl = [("x-aws-ec2-metadata-token-ttl-seconds", "60")];
    let rows: [(&str, &str, &[_]); 10] = [
        ("PUT", "api/token", &ttl),
        ("GET", "meta-data/iam/security-credentials", &[]),
        ("GET", "meta-data/iam/security-credentials/", &[]),
        ("GET", "meta-data/iam/security-credentials/photo-app", &[]),
        ("HEAD", "meta-data/iam/security-credentials/photo-app", &[]),
        ("GET", "meta-data/iam/info", &[]),
        ("GET", "meta-data/placement/region", &[]),
        ("GET", "meta-data/instance-id", &[]),
        ("GET", "meta-data/placement/availability-zone", &[]),
        (
            "GET",
            "meta-data/identity-credentials/ec2/security-credentials/ec2-instance",
            &[],
        ),
    ];
    let mut seeds: Vec<_> = rows
        .iter()
        .map(|(method, path, headers)| {
            let uri = format!("{METADATA}/latest/{path}");
            let request = request(method, &uri, headers);
            bare(Speaker::Metadata, lab.on_web(), request)
        })
        .collect();
    let extended = Place::Instance(launch_extended(lab));
    for role in ["", ROLE] {
        let path = format!("meta-data/iam/security-credentials-extended/{role}");
        let request = request("GET", &format!("{METADATA}/latest/{path}"), &[]);
        seeds.push(bare(Speaker::Metadata, extended.clone(), request));
    }
    seeds
}

fn bare(speaker: Speaker, place: Place, request: Request<Bytes>) -> Seed {
    Seed {
        speaker,
        place,
        request,
        form: Form::Bare,
    }
}

/// Tasks of every kind, and a pod.
fn containers(lab: &Lab) -> Vec<Seed> {
    let task = format!("{CONTAINER}/v2/credentials/{}", lab.task);
    let seed = bare(
        Speaker::Container,
        lab.in_task(),
        request("GET", &task, &[]),
    );
    let mut seeds = vec![seed];
    let id = lab
        .edge
        .world()
        .task_metadata_id(&lab.task)
        .map(str::to_owned);
    for what in TaskMetadata::ALL {
        let uri = format!("{CONTAINER}/v4/{}{}", id.as_deref().unwrap(), what.suffix());
        seeds.push(bare(
            Speaker::Task,
            lab.in_task(),
            request("GET", &uri, &[]),
        ));
    }
    for kind in [
        TaskKind::CloudShell,
        TaskKind::Greengrass,
        TaskKind::SnapStart,
    ] {
        let run = RunTask::new("local", ROLE);
        let task = lab.run_task(RunTask { kind, ..run });
        let shown = lab.authorization(&task);
        let (host, port) = kind.local_address().unwrap();
        let base = format!("http://{host}:{port}");
        let uri = format!("{base}{}", kind.path(&task));
        let place = Place::Task(task);
        let credentials = request("GET", &uri, &[("authorization", &shown)]);
        seeds.push(bare(Speaker::Local, place.clone(), credentials));
        if kind == TaskKind::CloudShell {
            let ttl = [("x-aws-ec2-metadata-token-ttl-seconds", "60")];
            let token = request("PUT", &format!("{base}/latest/api/token"), &ttl);
            seeds.push(bare(Speaker::Local, place, token));
        }
    }
    let pod = lab.run_pod();
    let token = lab.pod_token(&pod);
    let credentials = request("GET", AGENT, &[("authorization", &token)]);
    seeds.push(bare(Speaker::Agent, Place::Pod(pod), credentials));
    seeds
}

fn portal(lab: &Lab) -> Seed {
    let token = sign_in(lab);
    let uri = "https://portal.sso.eu-west-1.amazonaws.com/federation/credentials\
         ?role_name=Photo%20Admin&account_id=111122223333";
    let asked = request("GET", uri, &[("x-amz-sso_bearer_token", &token)]);
    bare(Speaker::Portal, Place::Laptop, asked)
}

fn sts(lab: &Lab) -> Vec<Seed> {
    const WHO: &str = "Action=GetCallerIdentity&Version=2011-06-15";
    const TOKEN: &str = "Action=GetSessionToken&Version=2011-06-15&DurationSeconds=900";
    const ROLE: &str = "Action=AssumeRole&Version=2011-06-15&RoleSessionName=ann\
         &RoleArn=arn%3Aaws%3Aiam%3A%3A111122223333%3Arole%2Fadmin&DurationSeconds=900\
         &PolicyArns.member.1.arn=arn%3Aaws%3Aiam%3A%3Aaws%3Apolicy%2FAmazonS3FullAccess\
         &Policy=%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%7B%22Effect%22%3A%22Allow%22\
         %2C%22Action%22%3A%22s3%3A*%22%2C%22Resource%22%3A%22*%22%7D%7D";
    const FEDERATED: &str = "Action=GetFederationToken&Version=2011-06-15&Name=bob\
         &PolicyArns.member.1.arn=arn%3Aaws%3Aiam%3A%3Aaws%3Apolicy%2FAmazonS3FullAccess";
    let key = format!(
        "Action=GetAccessKeyInfo&Version=2011-06-15&AccessKeyId={}",
        lab.signer().access_key_id
    );
    let seed = |request, form| Seed {
        speaker: Speaker::Sts,
        place: lab.on_web(),
        request,
        form,
    };
    let form = |body: &str, form| {
        let request = request("POST", STS, FORM);
        seed(request.map(|_| Bytes::from(body.to_owned())), form)
    };
    let by_query = || request("GET", &format!("{STS}?{WHO}"), &[]);
    vec![
        form(WHO, Form::Header),
        form(WHO, Form::User),
        seed(by_query(), Form::Header),
        seed(by_query(), Form::Url),
        form(ROLE, Form::User),
        form(TOKEN, Form::User),
        form(FEDERATED, Form::User),
        form(&key, Form::User),
        web_identity(lab),
    ]
}

/// The message of a refusal by EC2, to be read in clear.
async fn decoding(lab: &Lab) -> Seed {
    let stop = format!(
        "Action=StopInstances&Version=2016-11-15&InstanceId.1={}",
        lab.web
    );
    let stop =
        request("POST", "https://ec2.us-east-1.amazonaws.com/", FORM).map(|_| Bytes::from(stop));
    let signer = Signer {
        service: "ec2",
        ..lab.signer()
    };
    let refused = lab.call(signer.sign(stop)).await;
    let message = refused.element("Message");
    let (_, encoded) = message.rsplit_once(' ').unwrap();
    let body =
        format!("Action=DecodeAuthorizationMessage&Version=2011-06-15&EncodedMessage={encoded}");
    Seed {
        speaker: Speaker::Sts,
        place: lab.on_web(),
        request: request("POST", STS, FORM).map(|_| Bytes::from(body)),
        form: Form::User,
    }
}

/// A token that is exchanged for a session by nobody in particular.
fn web_identity(lab: &Lab) -> Seed {
    const ISSUER: &str = "https://oidc.simulated.example";
    let (now, mut world) = (lab.edge.now(), lab.edge.world());
    let provider = CreateOidcProvider {
        url: ISSUER.to_owned(),
        client_ids: vec!["sts.amazonaws.com".to_owned()],
        ..CreateOidcProvider::default()
    };
    let mut account = world.operator(now);
    // The second time both are there.
    if let Ok(provider) = account.create_oidc_provider(provider) {
        let trust = format!(
            r#"{{"Version": "2012-10-17", "Statement": {{"Effect": "Allow",
                "Action": "sts:AssumeRoleWithWebIdentity",
                "Principal": {{"Federated": "{}"}}}}}}"#,
            provider.arn
        );
        let trust = Document::parse(&trust, DocumentKind::Trust).unwrap();
        let role = CreateRole::new("deploy", trust);
        account.create_role(role).unwrap();
    }
    let asked = WebIdentityToken {
        issuer: ISSUER.to_owned(),
        subject: "job".to_owned(),
        audience: "sts.amazonaws.com".to_owned(),
        lifetime: HOUR,
        ..WebIdentityToken::default()
    };
    let token = world.web_identity_token(now, &asked);
    let form = format!(
        "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleSessionName=job\
         &RoleArn=arn%3Aaws%3Aiam%3A%3A111122223333%3Arole%2Fdeploy&WebIdentityToken={}",
        token.expose()
    );
    let request = request("POST", STS, FORM).map(|_| Bytes::from(form));
    bare(Speaker::Sts, lab.on_web(), request)
}

/// Every operation of S3, signed in the header and in the query; what carries an object also in
/// chunks.
async fn s3(lab: &Lab) -> Vec<Seed> {
    let spare = request("PUT", &format!("{HOST}/spare"), &[]);
    lab.call_signed(spare).await;
    for object in ["cat.jpg", "old.jpg"] {
        lab.call_signed(put(object, "meow", &[])).await;
    }
    let upload = begin(lab, "one").await;
    let part = format!("/photos/one?partNumber=1&uploadId={}", upload.id);
    let mut seeds = Vec::new();
    for (method, path, headers, body) in objects_and_buckets(&upload, &part) {
        for form in [Form::Header, Form::Url] {
            seeds.push(seed(lab, form, method, &path, &headers, body));
        }
    }
    for path in ["/photos/cat.jpg", &part] {
        seeds.push(chunked(lab, path));
        for form in [Form::SignedChunks, Form::SignedTrailer] {
            seeds.push(seed(
                lab,
                form,
                "PUT",
                path,
                &[],
                &"m".repeat(CHUNK_BYTES + 1),
            ));
        }
    }
    seeds.extend(once(lab, Form::Header, "header").await);
    seeds.extend(once(lab, Form::Url, "url").await);
    let mut virtual_hosted = seed(lab, Form::Header, "PUT", "/", &[], "x");
    let uri = "https://photos.s3.us-east-1.amazonaws.com/k";
    *virtual_hosted.request.uri_mut() = uri.parse().unwrap();
    seeds.push(virtual_hosted);
    seeds
}

fn seed(
    lab: &Lab,
    form: Form,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Seed {
    let request = request(method, &format!("{HOST}{path}"), headers);
    Seed {
        speaker: Speaker::S3,
        place: lab.on_web(),
        request: request.map(|_| Bytes::from(body.to_owned())),
        form,
    }
}

type Row = (
    &'static str,
    String,
    Vec<(&'static str, &'static str)>,
    &'static str,
);

fn objects_and_buckets(upload: &Upload, part: &str) -> Vec<Row> {
    const DELETE: &str = "<Delete><Object><Key>old.jpg</Key></Object></Delete>";
    // Of `DELETE` and of `chunk`.
    const DELETE_MD5: (&str, &str) = ("content-md5", "aBGyGoWPkcf9oaEVuyUYOw==");
    const CHUNK_MD5: (&str, &str) = ("content-md5", "Wo9Poq6rVDGIjuihjOO86g==");
    const TAGS: &str =
        "<Tagging><TagSet><Tag><Key>team</Key><Value>red</Value></Tag></TagSet></Tagging>";
    const POLICY: &str = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow",
        "Principal": {"AWS": "111122223333"}, "Action": "s3:GetObject",
        "Resource": "arn:aws:s3:::photos/*"}}"#;
    const BLOCK: &str = "<PublicAccessBlockConfiguration><BlockPublicPolicy>true</BlockPublicPolicy>\
        </PublicAccessBlockConfiguration>";
    let tags = ("x-amz-tagging", "team=red");
    let full_control = ("x-amz-acl", "bucket-owner-full-control");
    let encrypted = ("x-amz-server-side-encryption", "AES256");
    let row = |method, path: &str, headers: &[_], body| -> Row {
        (method, path.to_owned(), headers.to_vec(), body)
    };
    let parts = format!("/photos/one?uploadId={}", upload.id);
    let colour = ("x-amz-meta-colour", "red");
    let copy = ("x-amz-copy-source", "photos/cat.jpg");
    let meant = ("x-amz-copy-source-if-none-match", "\"0\"");
    let some = ("x-amz-copy-source-range", "bytes=0-2");
    let range = ("range", "bytes=1-2");
    let news = ("if-none-match", "\"0\"");
    let old = ("if-modified-since", "Wed, 30 Apr 2031 00:00:00 GMT");
    let v1 = "/photos?prefix=c&delimiter=/&max-keys=2";
    let v2 = "/photos?list-type=2&encoding-type=url";
    vec![
        row("GET", "/", &[], ""),
        row("PUT", "/photos/cat.jpg", &[colour], "meow"),
        row("GET", "/photos/cat.jpg", &[], ""),
        row("GET", "/photos/cat.jpg", &[range], ""),
        row("GET", "/photos/cat.jpg", &[news, old], ""),
        row(
            "GET",
            "/photos/cat.jpg?response-content-language=de",
            &[],
            "",
        ),
        row("GET", "/photos/cat.jpg?tagging", &[], ""),
        row("PUT", "/photos/cat.jpg?tagging", &[], TAGS),
        row("DELETE", "/photos/cat.jpg?tagging", &[], ""),
        row("PUT", "/photos/tagged.jpg", &[tags], "meow"),
        row("PUT", "/photos?tagging", &[], TAGS),
        row("GET", "/photos?tagging", &[], ""),
        row("DELETE", "/spare?tagging", &[], ""),
        row("GET", "/photos?acl", &[], ""),
        row("GET", "/photos/cat.jpg?acl", &[], ""),
        row("PUT", "/photos/own.jpg", &[full_control, encrypted], "meow"),
        row("PUT", "/photos?policy", &[], POLICY),
        row("GET", "/photos?policy", &[], ""),
        row("GET", "/photos?policyStatus", &[], ""),
        row("DELETE", "/spare?policy", &[], ""),
        row("PUT", "/photos?publicAccessBlock", &[], BLOCK),
        row("GET", "/photos?publicAccessBlock", &[], ""),
        row("DELETE", "/spare?publicAccessBlock", &[], ""),
        row("PUT", part, &[copy, some, meant], ""),
        row("HEAD", "/photos/cat.jpg", &[], ""),
        row("PUT", "/third", &[], ""),
        row("HEAD", "/photos", &[], ""),
        row("GET", "/photos?location", &[], ""),
        row("GET", v1, &[], ""),
        row("GET", v2, &[], ""),
        row("GET", "/photos?uploads&max-uploads=3", &[], ""),
        row("POST", "/photos?delete", &[DELETE_MD5], DELETE),
        row("DELETE", "/photos/dog.jpg", &[], ""),
        row("PUT", "/photos/copy.jpg", &[copy], ""),
        row("POST", "/photos/big?uploads", &[], ""),
        row("PUT", part, &[], "part"),
        row("PUT", part, &[CHUNK_MD5], "chunk"),
        row("GET", &parts, &[], ""),
    ]
}

fn chunked(lab: &Lab, path: &str) -> Seed {
    let crc32 = ChecksumAlgorithm::Crc32;
    let headers = [
        ("content-encoding", "aws-chunked"),
        ("x-amz-decoded-content-length", "5"),
        ("x-amz-trailer", crc32.header()),
    ];
    let (name, sum) = (crc32.header(), crc32.of(b"meow!"));
    let body = format!("5\r\nmeow!\r\n0\r\n{name}:{sum}\r\n\r\n");
    seed(lab, Form::Chunks, "PUT", path, &headers, &body)
}

/// What can be done once to what is made for it here.
async fn once(lab: &Lab, form: Form, name: &str) -> [Seed; 3] {
    let bucket = format!("/spare-{name}");
    let request = request("PUT", &format!("{HOST}{bucket}"), &[]);
    lab.call_signed(request).await;
    let done = begin(lab, &format!("{name}-done")).await;
    let given_up = begin(lab, &format!("{name}-given-up")).await;
    let at = |what, id| format!("/photos/{name}-{what}?uploadId={id}");
    let complete = format!(
        "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>{}</ETag></Part>\
         </CompleteMultipartUpload>",
        done.etag
    );
    [
        seed(lab, form, "DELETE", &bucket, &[], ""),
        seed(lab, form, "POST", &at("done", done.id), &[], &complete),
        seed(lab, form, "DELETE", &at("given-up", given_up.id), &[], ""),
    ]
}

/// An upload with its first part.
struct Upload {
    id: String,
    etag: String,
}

async fn begin(lab: &Lab, key: &str) -> Upload {
    let uri = format!("{}?uploads", object(key));
    let id = lab.call_signed(request("POST", &uri, &[])).await;
    let id = id.element("UploadId");
    let uri = format!("{}?partNumber=1&uploadId={id}", object(key));
    let part = request("PUT", &uri, &[]).map(|_| Bytes::from_static(b"part"));
    let etag = lab
        .call_signed(part)
        .await
        .header("etag")
        .unwrap()
        .to_owned();
    Upload { id, etag }
}

/// Requests that are no good from the start.
pub(crate) fn strays(lab: &Lab) -> Vec<Seed> {
    let bare = |speaker, request| Seed {
        speaker,
        place: lab.on_web(),
        request,
        form: Form::Bare,
    };
    let mut strays = vec![
        bare(Speaker::S3, get("cat.jpg")),
        bare(
            Speaker::S3,
            request("CONNECT", "s3.us-east-1.amazonaws.com:443", &[]),
        ),
        bare(Speaker::Sts, request("POST", STS, FORM)),
        bare(
            Speaker::Sts,
            request("CONNECT", "sts.us-east-1.amazonaws.com:443", &[]),
        ),
        bare(
            Speaker::Nobody,
            request("POST", "https://iam.amazonaws.com/", FORM),
        ),
        bare(
            Speaker::Metadata,
            request("GET", &format!("{METADATA}/"), &[]),
        ),
    ];
    // Nobody signs it, so that little else is wrong with it.
    let tokenless = "Action=AssumeRoleWithWebIdentity&Version=2011-06-15";
    let tokenless = request("POST", STS, FORM).map(|_| tokenless.into());
    strays.push(bare(Speaker::Sts, tokenless));
    // In chunks, and nothing says how long it is without them.
    let mut endless = chunked(lab, "/photos/endless.jpg");
    let headers = endless.request.headers_mut();
    headers.remove("x-amz-decoded-content-length");
    strays.push(endless);
    // Without the token that they must have there.
    strays.extend(metadata(lab).into_iter().filter_map(|seed| {
        let is_read = seed.speaker == Speaker::Metadata && seed.request.method() == Method::GET;
        let place = lab.on_strict();
        is_read.then_some(Seed { place, ..seed })
    }));
    strays
}
