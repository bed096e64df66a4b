//! Files into and out of the page, for the end user alone. They pass through and are kept nowhere.

use super::acts::Asked;
use super::{Sessions, live};
use crate::caller::Caller;
use crate::refusal::Refusal;
use crate::traces::carry;
use cobrowse_wire::v1::{DownloadFileRequest, DownloadFileResponse, DownloadRequest, UploadFileRequest, UploadRequest};
use futures::stream::{BoxStream, StreamExt};
use tonic::Status;

/// As the contract says.
const PART_BYTES: usize = 256 * 1024;
const FILE_BYTES: u64 = 32 * 1024 * 1024;
const FILES: u32 = 10;
const NAME_BYTES: usize = 255;

impl Sessions {
    /// Answers `UploadFile`.
    pub(super) async fn upload(&self, caller: &Caller, request: UploadFileRequest) -> Result<(), Refusal> {
        let part = request.part.ok_or_else(|| Refusal::invalid("part", "is missing"))?;
        let end = part.offset.saturating_add(u64::try_from(part.content.len()).unwrap_or(u64::MAX));
        if part.content.len() > PART_BYTES || end > FILE_BYTES || part.file_index >= FILES {
            return Err(Refusal::invalid("part", "at most 256 KiB per part, 32 MiB per file, 10 files"));
        }
        let plain = |c: char| !c.is_control() && c != '/' && c != '\\';
        if part.name.len() > NAME_BYTES || !part.name.chars().all(plain) {
            return Err(Refusal::invalid("part.name", "must be at most 255 bytes without folders"));
        }
        let (stored, person) = self.find_allowed(caller, &request.session_id).await?;
        let mut pod = self.parts.links.pod(&stored.row).await?;
        let is_last = part.end_of_file;
        let upload = UploadRequest { participant_id: person.participant.id.to_string(), part: Some(part) };
        let said = pod.upload(carry(upload)).await.map(drop).map_err(|status| live::refused(&status));
        // A file is one act, however many parts it came in.
        if is_last || said.is_err() {
            self.note_answer(caller, &stored.row, &person, Asked::upload(end), &said)?;
        }
        said
    }

    /// Answers `DownloadFile`.
    pub(super) async fn download(
        &self,
        caller: &Caller,
        request: DownloadFileRequest,
    ) -> Result<BoxStream<'static, Result<DownloadFileResponse, Status>>, Refusal> {
        let (stored, person) = self.find_allowed(caller, &request.session_id).await?;
        let mut pod = self.parts.links.pod(&stored.row).await?;
        let download =
            DownloadRequest { participant_id: person.participant.id.to_string(), download_id: request.download_id };
        let said = pod.download(carry(download)).await.map_err(|status| live::refused(&status));
        self.note_answer(caller, &stored.row, &person, Asked::download(), &said)?;
        let parts = said?.into_inner();
        let pass = |part: Result<cobrowse_wire::v1::DownloadResponse, Status>| match part {
            Ok(part) => Ok(DownloadFileResponse { content: part.content }),
            Err(status) => Err(live::refused(&status).into()),
        };
        Ok(parts.map(pass).boxed())
    }
}
