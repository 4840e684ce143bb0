//! `whatIf`: what a deployment would change, as ARM predicts it. The answer is handed on as ARM wrote it; what its fields
//! mean is left to `plan::preview`.

use reqwest::Method;
use serde_json::{Value as Json, json};

use super::deployments::{DEPLOYMENTS, body_with};
use super::{ArmClient, ArmError, CancelFlag, DeploymentRequest, Error, Poller, Scope};

impl ArmClient {
    /// Asks what a deployment would change, and waits for the answer: ARM gives itself five minutes to look into nested
    /// deployments (learn.microsoft.com, deploy-what-if, 2026-11).
    ///
    /// # Errors
    /// `Refused` with ARM's error where the template or a parameter is wrong, and every other [`Error`].
    pub async fn what_if(
        &self,
        scope: &Scope,
        name: &str,
        request: &DeploymentRequest,
    ) -> Result<Json, Error> {
        let path = format!("{}/whatIf", scope.deployment_id(name)?);
        let settings = json!({"resultFormat": "FullResourcePayloads"});
        let body = body_with(request, &[("whatIfSettings", settings)])?;
        let answer = self.call(Method::POST, &path, DEPLOYMENTS, Some(&body)).await?;
        let result = if answer.status == 202 {
            let mut poller = Poller::new(self, self.own_url(&path)?, &answer)?;
            let end = loop {
                poller.pause(self, &CancelFlag::default()).await?;
                if let Some(end) = poller.poll(self).await? {
                    break end;
                }
            };
            match end.error {
                Some(arm) => return Err(self.refused(arm)),
                None => poller.into_last(),
            }
        } else {
            answer.body
        };
        // The status of the answer may be 200 where the prediction itself has failed.
        match result.get("error").and_then(ArmError::from_json) {
            Some(arm) => Err(self.refused(arm)),
            None => Ok(result),
        }
    }

    fn refused(&self, arm: ArmError) -> Error {
        let mut error = Error::bad_request("Azure Resource Manager cannot predict the deployment");
        (error.arm, error.correlation_id) = (Some(Box::new(arm)), Some(self.correlation_id().to_owned()));
        error
    }
}
